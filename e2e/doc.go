// Package e2e proves orkesctl against real counterparts: the official SDKs as workers, the Go SDK's own integration tests, and
// Orkes' OpenAPI document as the contract. It is a module of its own, so that none of this is a dependency of the product.
// What a machine lacks is skipped by name.
package e2e
