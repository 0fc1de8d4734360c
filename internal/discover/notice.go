package discover

import (
	"slices"
	"strings"
)

// The kinds of notices; programs may rely on the words.
const (
	KindTrap     = "trap"     // code that does not do what it seems to
	KindSecret   = "secret"   // a secret in a source file
	KindVariable = "variable" // a variable that nothing reads
	KindFile     = "file"     // a file that was not read
)

func (f *Findings) trap(place Place, subject, message, fix string) {
	f.Notices = append(f.Notices, Notice{Kind: KindTrap, Subject: subject, Message: message, Fix: fix, Place: place})
}

// spellings are the names of the variables that a project's workers read, by what is left of them without case and punctuation.
type spellings map[string]string

// fold is a name without what people get wrong in it.
func fold(name string) string {
	return strings.NewReplacer(".", "", "_", "", "-", "").Replace(strings.ToLower(name))
}

// workerProperties are what SDKs read of a worker beside what its order names.
func workerProperties() []string {
	return []string{
		"worker_id", "register_task_def", "poll_timeout", "lease_extend_enabled", "paused", "overwrite_task_def", "strict_schema", "register_schema",
		"lease_extend_threshold",
	}
}

// readNames adds the names that the SDK of a language reads for a task, and notes which of them are exact.
func (s spellings) readNames(o order, task string, exact map[string]bool) {
	for _, property := range slices.Concat(o.domain, o.slots, o.polling, workerProperties()) {
		for _, pattern := range o.names {
			if task == "" && strings.Contains(strings.ToLower(pattern), "<task") {
				continue
			}
			name := o.expand(pattern, task, property)
			exact[name] = true
			if known := s[fold(name)]; known == "" || strings.Contains(known, ".") && !strings.Contains(name, "-") {
				s[fold(name)] = name
			}
		}
	}
}

// checkVariables finds variables that look as if they were for a worker, but that no SDK of this project's workers reads.
func checkVariables(all *tree, env Environment, found *Findings) {
	variables := slices.DeleteFunc(env.All(), func(v Variable) bool { return !forWorker(v.Name) })
	if len(variables) == 0 {
		return
	}
	orders := map[string]order{"python": pythonOrder(), "javascript": scriptOrder(), "typescript": scriptOrder(), "rust": rustOrder()}
	right, exact, languages, unknown := spellings{}, map[string]bool{}, []string{}, false
	for _, w := range found.Workers {
		unknown = unknown || w.TaskExpr != ""
		if !slices.Contains(languages, w.Language) {
			languages = append(languages, w.Language)
		}
		if o, reads := orders[w.Language]; reads {
			right.readNames(o, w.Task, exact)
		}
		if name, fromEnv := strings.CutPrefix(w.DomainFrom, "env "); fromEnv {
			exact[name] = true
		}
	}
	for _, v := range variables {
		if exact[v.Name] || len(languages) == 0 || all.names(v.Name) {
			continue
		}
		message, fix := right.explain(v.Name, languages)
		if message == "" && !unknown { // it may be for a task whose name is not known
			message, fix = "none of these workers reads it: no task is called so, or no property", "Is the task's name right? The workers: orkesctl worker list"
		}
		if message == "" {
			continue
		}
		found.Notices = append(found.Notices, Notice{Kind: KindVariable, Subject: v.Name, Message: message, Fix: fix, Place: v.Place})
	}
}

// forWorker reports whether a name begins as those of a worker's variables do, however it is spelled.
func forWorker(name string) bool { return strings.HasPrefix(fold(name), "conductorworker") }

// names reports whether a source that has to do with workers holds the name: the project reads it itself.
func (t *tree) names(variable string) bool {
	return slices.ContainsFunc(t.files, func(s *source) bool { return s.marked && strings.Contains(string(s.kept), variable) })
}

// explain is empty for a name that is like none that is read.
func (s spellings) explain(name string, languages []string) (message, fix string) {
	folded := fold(name)
	if known := s[folded]; known != "" {
		return "no SDK reads it as it is spelled", write(known)
	}
	if short, cut := strings.CutSuffix(folded, "millis"); cut && s[short] != "" { // as the documentation has it
		return "no SDK of these workers reads it with MILLIS at its end; the number is of milliseconds anyway", write(s[short])
	}
	if known := s[folded+"millis"]; known != "" {
		return "the SDK reads it with MILLIS at its end", write(known)
	}
	if len(s) == 0 {
		return "the SDK of these workers (" + strings.Join(languages, ", ") + ") reads no variable of a worker", elsewhere(languages)
	}
	return "", ""
}

func elsewhere(languages []string) string {
	if slices.Contains(languages, "java") {
		return "Say it in src/main/resources/conductor-workers.properties (with Spring: application.properties): conductor.worker.TASK.domain=DOMAIN"
	}
	return "Say it in the code: worker.WithDomain(…), worker.WithBatchSize(…), worker.WithPollInterval(…)"
}

// write says how a name is given: a shell takes none with a dot or a hyphen, .env and env do.
func write(name string) string {
	if strings.ContainsAny(name, ".-") {
		return "Write it so in .env; a shell takes it only so: env '" + name + "=VALUE' COMMAND"
	}
	return "Write it so: " + name
}
