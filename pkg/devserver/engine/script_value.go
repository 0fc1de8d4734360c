package engine

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"

	"github.com/dop251/goja"
)

// Bounds of a script's result.
const (
	scriptDepth  = 200
	scriptValues = 1_000_000
)

// hostValues makes JavaScript values of JSON values: real arrays and objects, which belong to the script. As a text they are what
// Java's maps and lists are: {a=1}, [1, x].
type hostValues struct {
	vm              *goja.Runtime
	objects, arrays *goja.Object // their prototypes
}

func newHostValues(vm *goja.Runtime) *hostValues {
	h := &hostValues{vm: vm, objects: vm.NewObject(), arrays: vm.NewObject()}
	text := vm.ToValue(func(call goja.FunctionCall) goja.Value {
		value, err := plainScript(vm, call.This)
		if err != nil {
			panic(vm.NewTypeError(err.Error()))
		}
		return vm.ToValue(javaText(value))
	})
	for _, prototype := range []*goja.Object{h.objects, h.arrays} {
		_ = prototype.DefineDataProperty("toString", text, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE) // fails only where one is sealed
	}
	_ = h.arrays.SetPrototype(vm.NewArray().Prototype()) // fails only where that makes a circle
	return h
}

func (h *hostValues) of(value any) goja.Value {
	vm := h.vm
	switch v := plain(value).(type) {
	case growing:
		return vm.NewDynamicObject(growingObject{growing: v, host: h})
	case map[string]any:
		object := vm.CreateObject(h.objects)
		for _, key := range sortedKeys(v) {
			_ = object.Set(key, h.of(v[key])) // fails only where a setter does, and a new object has none
		}
		return object
	case []any:
		items := make([]any, 0, len(v))
		for _, item := range v {
			items = append(items, h.of(item))
		}
		array := vm.NewArray(items...)
		_ = array.SetPrototype(h.arrays)
		return array
	case json.Number:
		if whole, err := v.Int64(); err == nil {
			return vm.ToValue(whole)
		}
		number, _ := v.Float64()
		return vm.ToValue(number)
	case nil:
		return goja.Null()
	default:
		return vm.ToValue(v)
	}
}

// plainScript makes JSON values of what a script returned: whole numbers stay whole, what JSON has no word for is null.
func plainScript(vm *goja.Runtime, value goja.Value) (result any, err error) {
	defer func() { // a getter or toJSON of the script's own may throw
		if thrown := recover(); thrown != nil {
			failure, isError := thrown.(error)
			if !isError {
				failure = &scriptError{message: "Error evaluating the script `the result cannot be read`"}
			}
			result, err = nil, scriptFailure(failure)
		}
	}()
	r := scriptReader{vm: vm, left: scriptValues}
	result = r.read(value, 0)
	if r.left < 0 {
		return nil, &scriptError{message: "Error evaluating the script `the result is too large, or contains itself`"}
	}
	return result, nil
}

type scriptReader struct {
	vm   *goja.Runtime
	left int
}

func (r *scriptReader) read(value goja.Value, depth int) any {
	if r.left--; r.left < 0 || depth > scriptDepth {
		r.left = -1
		return nil
	}
	object, isObject := value.(*goja.Object)
	if !isObject {
		return scalar(value)
	}
	switch object.ClassName() {
	case "Array":
		return r.list(object, depth)
	case "Function":
		return nil
	case "Number", "Boolean":
		return plainNumber(object.Export())
	case "Date", "String":
		return object.String()
	}
	switch object.ExportType() {
	case reflect.TypeFor[[]any](): // a Set
		return r.list(object, depth)
	case reflect.TypeFor[[][2]any](): // a Map
		return r.entries(object, depth)
	}
	fields := make(map[string]any, len(object.Keys()))
	for _, key := range object.Keys() {
		fields[key] = r.read(object.Get(key), depth+1)
	}
	return fields
}

func (r *scriptReader) list(object *goja.Object, depth int) any {
	list := []any{}
	r.vm.ForOf(object, func(item goja.Value) bool {
		list = append(list, r.read(item, depth+1))
		return r.left >= 0
	})
	return list
}

func (r *scriptReader) entries(object *goja.Object, depth int) any {
	fields := map[string]any{}
	r.vm.ForOf(object, func(item goja.Value) bool {
		pair := item.ToObject(r.vm)
		fields[pair.Get("0").String()] = r.read(pair.Get("1"), depth+1)
		return r.left >= 0
	})
	return fields
}

func scalar(value goja.Value) any {
	if value == nil || goja.IsUndefined(value) || goja.IsNull(value) {
		return nil
	}
	return plainNumber(value.Export())
}

// plainNumber keeps what JSON can hold. A number without a fraction is whole, as on the real server.
func plainNumber(value any) any {
	switch v := value.(type) {
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int64(v)
		}
		return v
	case int64, string, bool:
		return v
	}
	return nil
}

// growing is the output of a loop that runs, as its condition sees it: a copy would cost more with every iteration.
type growing struct {
	of     map[string]any
	number int
	last   map[string]any // the outputs of the iteration that has just ended
}

// growingObject reads it for a script. A script that writes is ignored.
type growingObject struct {
	growing
	host *hostValues
}

func (g growingObject) Get(key string) goja.Value {
	if key == strconv.Itoa(g.number) {
		return g.host.of(g.last)
	}
	value, ok := g.of[key]
	if !ok {
		return nil
	}
	return g.host.of(value)
}

func (g growingObject) Set(string, goja.Value) bool { return false }

func (g growingObject) Has(key string) bool {
	_, ok := g.of[key]
	return ok || key == strconv.Itoa(g.number)
}

func (g growingObject) Delete(string) bool { return false }

func (g growingObject) Keys() []string { return append(sortedKeys(g.of), strconv.Itoa(g.number)) }
