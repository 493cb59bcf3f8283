package schema

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"

	"consulcluster/aws-plugin/values"
)

type change struct {
	path     string
	kind     p.DiffKind
	replaces bool
}

func (c change) top() string {
	top, _, _ := strings.Cut(c.path, ".")
	return top
}

// Diff compares inputs with a state, as the official plugin does: not with the inputs of before, so that a refresh counts.
func (r Resource) Diff(state, inputs values.Values, ignored []string) p.DiffResponse {
	details := map[string]p.PropertyDiff{}
	for _, change := range r.changes(state, inputs) {
		if isIgnored(change.path, ignored) {
			continue
		}
		kind := change.kind
		if change.replaces {
			kind = replacing[kind]
		}
		details[change.path] = p.PropertyDiff{Kind: kind}
	}
	return p.DiffResponse{HasChanges: len(details) > 0, DetailedDiff: details}
}

var replacing = map[p.DiffKind]p.DiffKind{p.Add: p.AddReplace, p.Delete: p.DeleteReplace, p.Update: p.UpdateReplace}

// Changed are the inputs that differ from the state.
func (r Resource) Changed(state, inputs values.Values) map[string]bool {
	changed := map[string]bool{}
	for _, change := range r.changes(state, inputs) {
		changed[change.top()] = true
	}
	return changed
}

func isIgnored(path string, ignored []string) bool {
	return slices.ContainsFunc(ignored, func(each string) bool {
		return path == each || strings.HasPrefix(path, each+".")
	})
}

func (r Resource) changes(state, inputs values.Values) []change {
	changes := changesOf(r.Inputs, state, inputs, "")
	for i, change := range changes {
		if if_ := r.Inputs[change.top()].ReplacesIf; if_ != nil && if_(state, inputs) {
			changes[i].replaces = true
		}
	}
	return changes
}

func changesOf(fields map[string]Input, was, is values.Values, path string) []change {
	var changes []change
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		changes = append(changes, fields[name].changes(was, is, name, path+name)...)
	}
	return changes
}

func (i Input) changes(was, is values.Values, name, path string) []change {
	old, had := was[name]
	wanted, wants := is[name]
	one := func(kind p.DiffKind) []change { return []change{{path, kind, i.Replaces}} }
	switch {
	case !wants && (!had || i.Computed || isNothing(old)):
		return nil
	case !wants:
		return one(p.Delete)
	case !had && isNothing(wanted):
		return nil
	case !had:
		return one(p.Add)
	case values.HasUnknown(wanted) && i.Kind != Object:
		return one(p.Update)
	}
	if before, after := was.Object(name), is.Object(name); i.Kind == Object && before != nil && after != nil {
		return changesOf(i.Fields, before, after, path+".")
	}
	if i.same(old, wanted) {
		return nil
	}
	return one(p.Update)
}

func (i Input) same(one, other any) bool {
	if i.Same != nil {
		return i.Same(one, other)
	}
	if i.Kind == TextSet {
		sorted := func(value any) []string {
			return slices.Sorted(slices.Values(values.Values{"": value}.Texts("")))
		}
		return slices.Equal(sorted(one), sorted(other))
	}
	return reflect.DeepEqual(one, other)
}

// What is empty and what is not there mean the same to AWS.
func isNothing(value any) bool {
	switch v := value.(type) {
	case string:
		return v == ""
	case bool:
		return !v
	case float64:
		return v == 0
	case []any:
		return len(v) == 0
	case values.Values:
		return len(v) == 0
	}
	return false
}
