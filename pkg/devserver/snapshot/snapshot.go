// Package snapshot is the file that holds the whole state of a server at one moment: JSON, a line for each record between one that says
// what it is and one that says that it is whole, compressed by gzip. `zcat FILE | jq` shows it.
package snapshot

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/orkesctl/orkesctl/pkg/devserver/store"
)

// Format is the version of what Write writes. Read knows it and those before it.
const Format = 1

// maxSize bounds what a snapshot may be when it is unpacked: 16 GB.
const maxSize = 16 << 30

// Why a snapshot is refused.
var (
	ErrDamaged = errors.New("it is damaged, or no snapshot of a development server")
	ErrNewer   = errors.New("a newer version of this program wrote it")
)

// About says what a snapshot is of.
type About struct {
	Format  int    `json:"format"`
	Flavor  string `json:"flavor"`
	Version string `json:"version,omitempty"` // of the program that wrote it
	Time    int64  `json:"time"`              // the server's, in milliseconds since 1970
	Admin   string `json:"admin,omitempty"`   // the id of the administrator's key
}

// line is any line of the file: the first has Snapshot and About, the last Records, those between Kind.
type line struct {
	Snapshot *About          `json:"snapshot,omitempty"`
	Kind     string          `json:"kind,omitempty"`
	Key      string          `json:"key,omitempty"`
	Value    json.RawMessage `json:"value,omitempty"`
	Records  *int            `json:"records,omitempty"`
}

// Write writes a snapshot of the entries; their order does not matter. It stops at the first error of the sequence.
func Write(w io.Writer, about About, entries iter.Seq2[store.Entry, error]) error {
	packed, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return fmt.Errorf("write the snapshot: %w", err)
	}
	out := bufio.NewWriter(packed)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	about.Format = Format
	err = encoder.Encode(line{Snapshot: &about})
	count := 0
	for entry, broken := range entries {
		if err = errors.Join(err, broken); err != nil {
			break
		}
		err = encoder.Encode(line{Kind: entry.Kind, Key: entry.Key, Value: entry.Data})
		count++
	}
	if err == nil {
		err = encoder.Encode(line{Records: &count})
	}
	if err = errors.Join(err, out.Flush(), packed.Close()); err != nil {
		return fmt.Errorf("write the snapshot: %w", err)
	}
	return nil
}

// Read returns what a snapshot holds, once all of it was read and found whole. Errors: ErrDamaged, ErrNewer, those of r.
func Read(r io.Reader) (About, []store.Entry, error) {
	source := &failing{Reader: r}
	packed, err := gzip.NewReader(bufio.NewReader(source))
	if err != nil {
		return About{}, nil, source.because(err)
	}
	decoder := json.NewDecoder(io.LimitReader(packed, maxSize))
	var first line
	if err := decoder.Decode(&first); err != nil {
		return About{}, nil, source.because(err)
	}
	switch about := first.Snapshot; {
	case about == nil || about.Format < 1:
		return About{}, nil, ErrDamaged
	case about.Format > Format:
		return *about, nil, fmt.Errorf("%w: format %d, this one knows %d", ErrNewer, about.Format, Format)
	}
	entries, err := read(decoder)
	if err != nil {
		return About{}, nil, source.because(err)
	}
	return *first.Snapshot, entries, nil
}

// read reads the lines after the first, to the very end, where gzip compares its checksum.
func read(decoder *json.Decoder) ([]store.Entry, error) {
	var entries []store.Entry
	for {
		var next line
		if err := decoder.Decode(&next); err != nil {
			return nil, err
		}
		if next.Records != nil {
			if *next.Records != len(entries) {
				return nil, fmt.Errorf("%d records of %d", len(entries), *next.Records)
			}
			break
		}
		if next.Kind == "" || next.Key == "" || next.Value == nil {
			return nil, fmt.Errorf("record %d has no kind, key or value", len(entries)+1)
		}
		entries = append(entries, store.Entry{Kind: next.Kind, Key: next.Key, Data: next.Value})
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("something follows its end: %w", err)
	}
	return entries, nil
}

// failing remembers why its reader could not be read, which says nothing of the snapshot.
type failing struct {
	io.Reader

	err error
}

// Read reads on.
func (f *failing) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}

func (f *failing) because(err error) error {
	if f.err != nil {
		return f.err
	}
	return fmt.Errorf("%w (%v)", ErrDamaged, err) //nolint:errorlint // the cause is for people
}
