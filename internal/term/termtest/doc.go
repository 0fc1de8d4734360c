// Package termtest makes terminals for tests: what a person at a keyboard sees and types. No program imports it.
package termtest
