module example.com/shop // the module

go 1.25
