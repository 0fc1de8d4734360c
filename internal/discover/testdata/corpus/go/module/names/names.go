package names

import "strings"

const (
	Ship   = "ship"
	Domain = "john"
)

var Upper = strings.ToUpper(Ship)
