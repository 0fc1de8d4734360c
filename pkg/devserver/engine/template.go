package engine

type template struct{ value any }

func compile(value any) template { return template{value: value} }

func (t template) resolve(*scope) any { return copyValue(t.value) }
