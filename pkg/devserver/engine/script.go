package engine

import (
	"errors"
	"fmt"
	"runtime/metrics"
	"strings"
	"sync"
	"time"

	"github.com/dop251/goja"
)

// Bounds of one script. Time and memory are the machine's, whatever the engine's clock says.
const (
	scriptTime   = 4 * time.Second // as on the real server
	scriptStack  = 512             // calls inside calls
	scriptMemory = 256 << 20       // bytes by which the process may grow meanwhile
	scriptText   = 16 << 20        // bytes of a text made by one built-in call
	scriptWatch  = 10 * time.Millisecond
	scriptCache  = 1000 // programs
)

// scripts is the seam to the JavaScript engine: it evaluates source, in which the bindings are global names, and returns
// the value of the last expression as plain JSON values. Bindings are copied, so a script changes nothing outside.
// The error is a *scriptError.
type scripts interface {
	eval(source string, bindings map[string]any) (any, error)
}

// scriptError is why a script has no value. Its message is what the script's author reads.
type scriptError struct {
	message string
	late    bool // it ran into a bound
}

func (e *scriptError) Error() string { return e.message }

// javascript runs scripts with goja: ECMAScript without any access to the host, one fresh world per evaluation.
type javascript struct {
	limit    time.Duration
	now      func() time.Time // for Date
	random   func() float64   // for Math.random; nil is the machine's
	mu       sync.Mutex
	programs map[string]*goja.Program
}

func newJavascript() *javascript {
	return &javascript{limit: scriptTime, now: time.Now, programs: map[string]*goja.Program{}}
}

func (j *javascript) eval(source string, bindings map[string]any) (any, error) {
	program, err := j.compile(source)
	if err != nil {
		return nil, scriptFailure(err)
	}
	vm := goja.New()
	vm.SetMaxCallStackSize(scriptStack)
	vm.SetTimeSource(j.now)
	if j.random != nil {
		vm.SetRandSource(j.random)
	}
	if err := guardTexts(vm); err != nil {
		return nil, scriptFailure(err)
	}
	given := newHostValues(vm)
	for name, value := range bindings {
		if err := vm.Set(name, given.of(value)); err != nil {
			return nil, scriptFailure(err)
		}
	}
	defer watch("Script", j.limit, func(reason string) { vm.Interrupt(reason) })()
	value, err := vm.RunProgram(program)
	if err != nil {
		return nil, scriptThrew(err, source)
	}
	return plainScript(vm, value)
}

// compile keeps programs, since a definition's scripts run often.
func (j *javascript) compile(source string) (*goja.Program, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if program := j.programs[source]; program != nil {
		return program, nil
	}
	program, err := goja.Compile("", source, false)
	if err != nil {
		return nil, err
	}
	if len(j.programs) >= scriptCache {
		clear(j.programs)
	}
	j.programs[source] = program
	return program, nil
}

// watch interrupts what takes too long or too much, until the returned function is called.
func watch(what string, limit time.Duration, interrupt func(reason string)) (stop func()) {
	done, start := make(chan struct{}), time.Now()
	first := time.AfterFunc(scriptWatch, func() { // most are over by then
		before := heapBytes()
		ticks := time.NewTicker(scriptWatch)
		defer ticks.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticks.C:
			}
			switch {
			case time.Since(start) > limit:
				interrupt(fmt.Sprintf("%s not finished after %s, interrupted", what, limit))
			case heapBytes() > before+scriptMemory:
				interrupt(fmt.Sprintf("%s took more than %d MB of memory, interrupted", what, scriptMemory>>20))
			}
		}
	})
	return func() {
		first.Stop()
		close(done)
	}
}

func heapBytes() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// guardTexts bounds the built-in functions that make a long text at once, where no interrupt could come in time.
func guardTexts(vm *goja.Runtime) error {
	prototype := vm.Get("String").ToObject(vm).Get("prototype").ToObject(vm)
	for name, size := range map[string]func(self string, n int64) int64{
		"repeat":   func(self string, n int64) int64 { return int64(len(self)) * min(n, scriptText+1) },
		"padStart": func(_ string, n int64) int64 { return n },
		"padEnd":   func(_ string, n int64) int64 { return n },
	} {
		original, ok := goja.AssertFunction(prototype.Get(name))
		if !ok {
			continue
		}
		guarded := func(call goja.FunctionCall) goja.Value {
			if size(call.This.String(), call.Argument(0).ToInteger()) > scriptText {
				panic(vm.NewTypeError("the text would be longer than %d bytes", scriptText))
			}
			value, err := original(call.This, call.Arguments...)
			if err != nil {
				panic(err)
			}
			return value
		}
		if err := prototype.DefineDataProperty(name, vm.ToValue(guarded), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE); err != nil {
			return err
		}
	}
	return nil
}

// scriptFailure words an error of the JavaScript engine as the real server's users know it.
func scriptFailure(err error) error { return scriptThrew(err, "") }

// scriptThrew is scriptFailure of a script whose source is known: an error that it made itself is told without the line.
func scriptThrew(err error, source string) error {
	var interrupted *goja.InterruptedError
	var overflow *goja.StackOverflowError
	var thrown *goja.Exception
	switch {
	case errors.As(err, &interrupted):
		return &scriptError{message: fmt.Sprint(interrupted.Value()), late: true}
	case errors.As(err, &overflow):
		return &scriptError{message: "Error evaluating the script `RangeError: Maximum call stack size exceeded`"}
	case errors.As(err, &thrown):
		return &scriptError{message: fmt.Sprintf("Error evaluating the script `%s`%s", thrown.Value().String(), atLine(thrown, source))}
	}
	return &scriptError{message: fmt.Sprintf("Error evaluating the script `%s`", err)}
}

func atLine(thrown *goja.Exception, source string) string {
	stack := thrown.Stack()
	if len(stack) == 0 {
		return ""
	}
	at := stack[0].Position()
	if at.Line == 0 || makesError(source, at.Line, at.Column) {
		return ""
	}
	return fmt.Sprintf(" at line %d", at.Line)
}

// makesError reports whether an error is made at a place in a script: new TypeError(…), Error(…).
func makesError(source string, line, column int) bool {
	lines := strings.Split(source, "\n")
	if line > len(lines) || column < 1 || column > len(lines[line-1]) {
		return false
	}
	name, _, called := strings.Cut(strings.TrimPrefix(lines[line-1][column-1:], "new "), "(")
	return called && strings.HasSuffix(strings.TrimSpace(name), "Error") && !strings.ContainsAny(strings.TrimSpace(name), " ;,")
}
