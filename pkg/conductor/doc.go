// Package conductor is a client for the REST API of Conductor and Orkes Conductor, and holds the objects that travel on it.
// It imports only the standard library.
package conductor
