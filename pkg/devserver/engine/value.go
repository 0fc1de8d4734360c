package engine

import (
	"crypto/md5" //nolint:gosec // see namedID
	"crypto/rand"
	"encoding/hex"
	"encoding/json"

	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// newID returns a random UUID, version 4.
func newID() string {
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails: crypto/rand ends the process when there is no randomness
	return idText(raw, 0x40)
}

// idText writes a UUID of a version.
func idText(raw [16]byte, version byte) string {
	raw[6] = raw[6]&0x0f | version
	raw[8] = raw[8]&0x3f | 0x80
	var text [36]byte
	hex.Encode(text[0:8], raw[0:4])
	hex.Encode(text[9:13], raw[4:6])
	hex.Encode(text[14:18], raw[6:8])
	hex.Encode(text[19:23], raw[8:10])
	hex.Encode(text[24:36], raw[10:16])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}

// NamedID returns the id that a name stands for, always the same.
func NamedID(name string) string { return namedID(name) }

// namedID returns the UUID that a name stands for, version 3: the same for the same name.
func namedID(name string) string {
	raw := md5.Sum([]byte(name)) //nolint:gosec // a name's id, as the real server makes it, protects nothing
	return idText(raw, 0x30)
}

// copyMap returns a deep copy that no caller holds; nil becomes an empty map.
func copyMap(m map[string]any) map[string]any {
	copied := make(map[string]any, len(m))
	for key, value := range m {
		copied[key] = copyValue(value)
	}
	return copied
}

// copyValue returns a deep copy of JSON containers. Other values are immutable.
func copyValue(value any) any {
	switch v := value.(type) {
	case map[string]any:
		if v == nil {
			return nil
		}
		return copyMap(v)
	case []any:
		copied := make([]any, len(v))
		for i := range v {
			copied[i] = copyValue(v[i])
		}
		return copied
	}
	return value
}

// plainMap is the JSON form of a value as untyped maps and lists.
func plainMap(value any) (map[string]any, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return decodeMap(data)
}

// sizeOf estimates the bytes of a value as JSON. It stops counting above limit.
func sizeOf(value any, limit int) int {
	var size int
	switch v := value.(type) {
	case map[string]any:
		size = 2
		for key, item := range v {
			size += len(key) + 4
			if size > limit {
				return size
			}
			size += sizeOf(item, limit-size)
		}
	case []any:
		size = 2
		for _, item := range v {
			size++
			if size > limit {
				return size
			}
			size += sizeOf(item, limit-size)
		}
	case string:
		size = len(v) + 2
	case json.Number:
		size = len(v)
	default:
		size = 8
	}
	return size
}

func decodeMap(data []byte) (map[string]any, error) {
	var m map[string]any
	if err := conductor.Decode(data, &m); err != nil {
		return nil, err
	}
	return m, nil
}
