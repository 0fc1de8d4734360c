package main

import "example.com/shop/internal/work"

func main() {
	run(work.Workers("from-" + "main"))
}
