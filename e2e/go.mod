module github.com/orkesctl/orkesctl/e2e

go 1.25.0

require (
	github.com/conductor-sdk/conductor-go v1.10.1
	github.com/getkin/kin-openapi v0.133.0
	github.com/orkesctl/orkesctl v0.0.0
	github.com/stretchr/testify v1.12.1
)

replace github.com/orkesctl/orkesctl => ../
