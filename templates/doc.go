// Package templates holds the worker projects that orkesctl makes, one folder a language or variant: language.yaml and the templates it names.
// What they share is in common. To add a language, add its folder here; nothing else names it.
//
// A release is built with the tag packed: the same files as one archive, which docs/gen makes, a third of the size.
package templates
