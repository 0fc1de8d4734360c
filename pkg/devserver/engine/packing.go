package engine

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"reflect"
	"slices"
)

// packing writes values as bytes that only this process reads: a struct is its fields that are not zero, a text that was written before
// is its number. JSON would take four times the room and the time.
type packing struct {
	data []byte
	seen []string
}

// unpacking reads what packing wrote.
type unpacking struct {
	data []byte
	seen []string
}

// maxSeen is how many texts have numbers.
const maxSeen = 32

// What a value of any type is.
const (
	packedNull = iota
	packedFalse
	packedTrue
	packedText
	packedNumber // as its text
	packedFloat
	packedInt
	packedInt64
	packedObject
	packedList
)

// put writes a value, and reports false where it has a part of a type that is not known here.
func (p *packing) put(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Field(i); !field.IsZero() {
				p.count(i + 1)
				if !p.put(field) {
					return false
				}
			}
		}
		p.count(0)
	case reflect.Bool:
		p.truth(v.Bool())
	case reflect.Int, reflect.Int64:
		p.number(v.Int())
	case reflect.Float64:
		p.float(v.Float())
	case reflect.String:
		p.text(v.String())
	case reflect.Slice:
		p.count(v.Len())
		for i := range v.Len() {
			if !p.put(v.Index(i)) {
				return false
			}
		}
	case reflect.Map:
		return p.mapping(v.Interface())
	default:
		return false
	}
	return true
}

func (p *packing) mapping(m any) bool {
	switch m := m.(type) {
	case map[string]any:
		return p.object(m)
	case map[string]string:
		p.count(len(m))
		for key, value := range m {
			p.text(key)
			p.text(value)
		}
		return true
	}
	return false
}

func (p *packing) object(m map[string]any) bool {
	p.count(len(m))
	for key, value := range m {
		p.text(key)
		if !p.any(value) {
			return false
		}
	}
	return true
}

func (p *packing) any(value any) bool {
	switch v := value.(type) {
	case nil:
		p.count(packedNull)
	case bool:
		p.count(packedFalse)
		if v {
			p.data[len(p.data)-1] = packedTrue
		}
	case string:
		p.count(packedText)
		p.text(v)
	case json.Number:
		p.count(packedNumber)
		p.text(v.String())
	case float64:
		p.count(packedFloat)
		p.float(v)
	case int:
		p.count(packedInt)
		p.number(int64(v))
	case int64:
		p.count(packedInt64)
		p.number(v)
	case map[string]any:
		p.count(packedObject)
		p.truth(v != nil)
		return p.object(v)
	case []any:
		p.count(packedList)
		p.truth(v != nil)
		p.count(len(v))
		for _, item := range v {
			if !p.any(item) {
				return false
			}
		}
	default:
		return false
	}
	return true
}

func (p *packing) count(n int)    { p.data = binary.AppendUvarint(p.data, uint64(n)) } //nolint:gosec // G115: counts are not negative
func (p *packing) number(n int64) { p.data = binary.AppendVarint(p.data, n) }
func (p *packing) float(f float64) {
	p.data = binary.LittleEndian.AppendUint64(p.data, math.Float64bits(f))
}

func (p *packing) truth(b bool) {
	if b {
		p.data = append(p.data, 1)
		return
	}
	p.data = append(p.data, 0)
}

// text writes the number of a text that was seen, or zero and the text.
func (p *packing) text(s string) {
	if known := slices.Index(p.seen, s); known >= 0 {
		p.count(known + 1)
		return
	}
	p.count(0)
	p.count(len(s))
	p.data = append(p.data, s...)
	if len(p.seen) < maxSeen {
		p.seen = append(p.seen, s)
	}
}

func (u *unpacking) take(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for field := u.count(); field > 0; field = u.count() {
			u.take(v.Field(field - 1))
		}
	case reflect.Bool:
		v.SetBool(u.truth())
	case reflect.Int, reflect.Int64:
		v.SetInt(u.number())
	case reflect.Float64:
		v.SetFloat(u.float())
	case reflect.String:
		v.SetString(u.text())
	case reflect.Slice:
		u.slice(v)
	case reflect.Map:
		u.mapping(v)
	default:
		panic("nothing of type " + v.Type().String() + " was packed")
	}
}

func (u *unpacking) slice(v reflect.Value) {
	n := u.count()
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	for i := range n {
		u.take(v.Index(i))
	}
}

func (u *unpacking) mapping(v reflect.Value) {
	if v.Type().Elem().Kind() == reflect.Interface {
		v.Set(reflect.ValueOf(u.object()))
		return
	}
	n := u.count()
	m := make(map[string]string, n)
	for range n {
		key := u.text()
		m[key] = u.text()
	}
	v.Set(reflect.ValueOf(m))
}

func (u *unpacking) object() map[string]any {
	n := u.count()
	m := make(map[string]any, n)
	for range n {
		key := u.text()
		m[key] = u.any()
	}
	return m
}

func (u *unpacking) any() any {
	switch kind := u.count(); kind {
	case packedFalse, packedTrue:
		return kind == packedTrue
	case packedText:
		return u.text()
	case packedNumber:
		return json.Number(u.text())
	case packedFloat:
		return u.float()
	case packedInt:
		return int(u.number())
	case packedInt64:
		return u.number()
	case packedObject:
		if there := u.truth(); !there {
			u.count()
			return map[string]any(nil)
		}
		return u.object()
	case packedList:
		return u.list()
	}
	return nil
}

func (u *unpacking) list() []any {
	there := u.truth()
	n := u.count()
	if !there {
		return nil
	}
	items := make([]any, n)
	for i := range items {
		items[i] = u.any()
	}
	return items
}

func (u *unpacking) count() int {
	n, size := binary.Uvarint(u.data)
	u.data = u.data[size:]
	return int(n) //nolint:gosec // G115: it was an int
}

func (u *unpacking) number() int64 {
	n, size := binary.Varint(u.data)
	u.data = u.data[size:]
	return n
}

func (u *unpacking) float() float64 {
	bits := binary.LittleEndian.Uint64(u.data)
	u.data = u.data[8:]
	return math.Float64frombits(bits)
}

func (u *unpacking) truth() bool {
	b := u.data[0] == 1
	u.data = u.data[1:]
	return b
}

func (u *unpacking) text() string {
	if known := u.count(); known > 0 {
		return u.seen[known-1]
	}
	n := u.count()
	s := string(u.data[:n])
	u.data = u.data[n:]
	if len(u.seen) < maxSeen {
		u.seen = append(u.seen, s)
	}
	return s
}
