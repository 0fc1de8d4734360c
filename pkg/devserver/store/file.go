package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// Format is the version of the file that this program writes. A file of an older one is brought forward when it is opened.
const Format = 1

// Why a file is refused. It is then as it was.
var (
	ErrInUse   = errors.New("another process has it open")
	ErrDamaged = errors.New("it is damaged, or no file of this program")
	ErrNewer   = errors.New("a newer version of this program wrote it")
)

const (
	aboutBucket = "about" // what the file is: its format
	formatKey   = "format"

	lockTime  = 2 * time.Second // how long another process may take to let go of the file: one that was killed ends its last write first
	syncEvery = 5 * time.Second // how often what was written is forced to the disk
)

// file keeps records in one bbolt file, a bucket for each kind. Commits that come while another is written are written together.
//
// What Commit acknowledged survives the death of the process, since the operating system has it then. It is forced to the disk every few
// seconds and at the end, not at each commit: a machine that loses power may lose the file. For development that is the better bargain:
// forcing each commit costs most of the speed.
type file struct {
	db *bbolt.DB

	mu     sync.Mutex
	queue  []*pending
	closed bool

	wake    chan struct{}
	written sync.WaitGroup
}

// pending is one Commit that waits to be written.
type pending struct {
	anew   bool // nothing of what was there stays
	writes []Entry
	done   chan error
}

// Open opens the file at path, or makes it (mode 0600). A file that is refused (ErrInUse, ErrDamaged, ErrNewer) is left untouched.
func Open(path string) (Replacer, error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return nil, fmt.Errorf("open %s: it is no file", path)
	case err == nil && info.Size() > 0:
		if err := inspect(path, info.Size()); err != nil {
			return nil, err
		}
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout: lockTime, NoSync: true, NoGrowSync: true, FreelistType: bbolt.FreelistMapType,
	})
	if err != nil {
		return nil, openError(path, err)
	}
	if err := prepare(db); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	f := &file{db: db, wake: make(chan struct{}, 1)}
	f.written.Go(f.write)
	return f, nil
}

// inspect reads the whole file without writing to it. bbolt trusts what it opens for writing: it would end the program over a page that
// is not there.
func inspect(path string, size int64) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockTime, ReadOnly: true})
	if err != nil {
		return openError(path, err)
	}
	defer func() { _ = db.Close() }()
	err = guarded(func() error {
		return db.View(func(tx *bbolt.Tx) error {
			if tx.Size() > size {
				return fmt.Errorf("%w: it has %d bytes of %d", ErrDamaged, size, tx.Size())
			}
			found, fresh, err := formatOf(tx)
			switch {
			case err != nil:
				return err
			case found > Format:
				return fmt.Errorf("%w: format %d, this one knows %d", ErrNewer, found, Format)
			case found == 0 && !fresh:
				return fmt.Errorf("%w: it says nothing of its format", ErrDamaged)
			}
			return walk(tx)
		})
	})
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	return nil
}

// walk touches every record.
func walk(tx *bbolt.Tx) error {
	return tx.ForEach(func(_ []byte, bucket *bbolt.Bucket) error {
		return bucket.ForEach(func(key, data []byte) error {
			if len(key) == 0 || data == nil {
				return fmt.Errorf("%w: a record without a key", ErrDamaged)
			}
			return nil
		})
	})
}

func openError(path string, err error) error {
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return fmt.Errorf("open %s: %w", path, ErrInUse)
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrVersionMismatch), errors.Is(err, berrors.ErrChecksum),
		strings.Contains(err.Error(), "file size too small"): // bbolt has no value for it
		return fmt.Errorf("open %s: %w (%v)", path, ErrDamaged, err) //nolint:errorlint // the cause is for people
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return err // names the path itself
	default:
		return fmt.Errorf("open %s: %w", path, err)
	}
}

// prepare brings the file's format forward, from nothing where it is new.
func prepare(db *bbolt.DB) error {
	return guarded(func() error {
		current := false
		err := db.View(func(tx *bbolt.Tx) error {
			found, _, err := formatOf(tx)
			current = found == Format
			return err
		})
		if err != nil || current {
			return err
		}
		return db.Update(func(tx *bbolt.Tx) error {
			found, _, err := formatOf(tx)
			if err != nil {
				return err
			}
			for _, step := range migrations()[found:] {
				if err := step(tx); err != nil {
					return err
				}
			}
			about, err := tx.CreateBucketIfNotExists([]byte(aboutBucket))
			if err != nil {
				return err
			}
			return about.Put([]byte(formatKey), []byte(strconv.Itoa(Format)))
		})
	})
}

// migrations bring a file from the format of their index to the next one. The first makes an empty file one of format 1.
func migrations() []func(*bbolt.Tx) error {
	return []func(*bbolt.Tx) error{func(*bbolt.Tx) error { return nil }}
}

// formatOf reads the format; zero where the file says none, which only a fresh one may.
func formatOf(tx *bbolt.Tx) (format int, fresh bool, err error) {
	first, _ := tx.Cursor().First()
	about := tx.Bucket([]byte(aboutBucket))
	if about == nil || about.Get([]byte(formatKey)) == nil {
		return 0, first == nil, nil
	}
	text := string(about.Get([]byte(formatKey)))
	format, err = strconv.Atoi(text)
	if err != nil || format < 1 {
		return 0, false, fmt.Errorf("%w: its format is %q", ErrDamaged, text)
	}
	return format, false, nil
}

// guarded turns the panics by which bbolt says that a page cannot be right, and the faults of a file that ends too soon, into an error.
func guarded(f func() error) (err error) {
	before := debug.SetPanicOnFault(true)
	defer debug.SetPanicOnFault(before)
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("%w (%v)", ErrDamaged, reason)
		}
	}()
	return f()
}

// Load visits every record, kind by kind.
func (f *file) Load(ctx context.Context, visit func(kind, key string, data []byte) error) error {
	return guarded(func() error {
		return f.db.View(func(tx *bbolt.Tx) error {
			return tx.ForEach(func(kind []byte, bucket *bbolt.Bucket) error {
				if string(kind) == aboutBucket {
					return nil
				}
				return bucket.ForEach(func(key, data []byte) error {
					if err := ctx.Err(); err != nil {
						return err
					}
					return visit(string(kind), string(key), append([]byte(nil), data...))
				})
			})
		})
	})
}

// Commit encodes the records and waits until they are written. The context is not asked: what may have been written must be known.
func (f *file) Commit(_ context.Context, records []Record) error {
	p := &pending{writes: make([]Entry, 0, len(records)), done: make(chan error, 1)}
	for _, record := range records {
		entry, err := encoded(record)
		if err != nil {
			return err
		}
		p.writes = append(p.writes, entry)
	}
	return f.submit(p)
}

// Replace empties the file and writes the entries, in one transaction. The file keeps its size; its pages are used again.
func (f *file) Replace(_ context.Context, entries []Entry) error {
	return f.submit(&pending{anew: true, writes: entries, done: make(chan error, 1)})
}

// submit hands writes to the writer and waits until they are written.
func (f *file) submit(p *pending) error {
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return berrors.ErrDatabaseNotOpen
	}
	f.queue = append(f.queue, p)
	f.mu.Unlock()
	f.ring()
	return <-p.done
}

// Encode is how values are kept. It leaves <, > and & as they are: what users wrote is kept to the byte.
func Encode(value any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return buffer.Bytes(), err
}

func (f *file) ring() {
	select {
	case f.wake <- struct{}{}:
	default: // it has been woken already
	}
}

// write is the only writer: it takes all that waits, and forces it to the disk from time to time.
func (f *file) write() {
	tick := time.NewTicker(syncEvery)
	defer tick.Stop()
	unsynced := false
	for {
		select {
		case <-f.wake:
			f.mu.Lock()
			batch, closed := f.queue, f.closed
			f.queue = nil
			f.mu.Unlock()
			if len(batch) > 0 {
				f.writeAll(batch)
				unsynced = true
			}
			if closed {
				return
			}
		case <-tick.C:
			if unsynced {
				_ = f.db.Sync() // the next one, or Close, tells
				unsynced = false
			}
		}
	}
}

// writeAll writes the batch in one transaction; where that fails, each for itself, so that one that cannot be written harms no other.
func (f *file) writeAll(batch []*pending) {
	err := f.db.Update(func(tx *bbolt.Tx) error {
		for _, p := range batch {
			if err := p.put(tx); err != nil {
				return err
			}
		}
		return nil
	})
	for _, p := range batch {
		if err != nil && len(batch) > 1 {
			p.done <- f.db.Update(func(tx *bbolt.Tx) error { return p.put(tx) })
			continue
		}
		p.done <- err
	}
}

func (p *pending) put(tx *bbolt.Tx) error {
	if p.anew {
		if err := empty(tx); err != nil {
			return err
		}
	}
	for _, entry := range p.writes {
		bucket, err := tx.CreateBucketIfNotExists([]byte(entry.Kind))
		if err != nil {
			return fmt.Errorf("store %s: %w", entry.Kind, err)
		}
		if entry.Data == nil {
			err = bucket.Delete([]byte(entry.Key))
		} else {
			err = bucket.Put([]byte(entry.Key), entry.Data)
		}
		if err != nil {
			return fmt.Errorf("store %s %q: %w", entry.Kind, entry.Key, err)
		}
	}
	return nil
}

// empty removes every record; what the file is stays.
func empty(tx *bbolt.Tx) error {
	var kinds [][]byte
	err := tx.ForEach(func(kind []byte, _ *bbolt.Bucket) error {
		if string(kind) != aboutBucket {
			kinds = append(kinds, bytes.Clone(kind))
		}
		return nil
	})
	for _, kind := range kinds {
		err = errors.Join(err, tx.DeleteBucket(kind))
	}
	return err
}

// Close writes what waits, forces it to the disk and lets go of the file.
func (f *file) Close() error {
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return nil
	}
	f.closed = true
	f.mu.Unlock()
	f.ring()
	f.written.Wait()
	return errors.Join(f.db.Sync(), f.db.Close())
}
