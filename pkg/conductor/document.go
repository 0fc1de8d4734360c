package conductor

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// Decode reads exactly one JSON value into v, keeping numbers in untyped places as json.Number, so that no digit is lost.
// It fails when anything but white space follows the value.
func Decode(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return tailError{}
	}
	return nil
}

// tailError is a JSON value with something behind it.
type tailError struct{}

func (tailError) Error() string { return "unexpected data after the JSON value" }

// Document is an object as the server sent it beside a typed view of it. Raw is what gets written back:
// every byte of it, unknown fields included. The zero value has neither.
type Document[T any] struct {
	Raw   json.RawMessage
	Value T
}

// UnmarshalJSON keeps a copy of data and decodes the view from it. It fails on null: that is no object.
func (d *Document[T]) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return errors.New("null in place of an object")
	}
	var value T
	if err := Decode(data, &value); err != nil {
		return err
	}
	d.Raw, d.Value = bytes.Clone(data), value
	return nil
}

// MarshalJSON returns the bytes that were read, or the view's encoding where there are none.
func (d Document[T]) MarshalJSON() ([]byte, error) {
	if d.Raw != nil {
		return d.Raw, nil
	}
	return json.Marshal(d.Value)
}
