package schema

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	p "github.com/pulumi/pulumi-go-provider"

	"consulcluster/aws-plugin/values"
)

// Check completes the inputs of a resource of this name, and says what is wrong with them. What it chooses stays as it was.
func (r Resource) Check(name string, was, inputs values.Values) (values.Values, []p.CheckFailure) {
	checked, failures := checkFields(r.Inputs, inputs, "")
	for key, input := range r.Inputs {
		if input.Named == 0 || checked[key] != nil {
			continue
		}
		if old, ok := was[key]; ok {
			checked[key] = old
		} else {
			checked[key] = ownName(name, input.Named)
		}
	}
	return checked, failures
}

func checkFields(fields map[string]Input, given values.Values, path string) (values.Values, []p.CheckFailure) {
	checked, failures := values.Values{}, []p.CheckFailure(nil)
	fail := func(name, reason string) {
		failures = append(failures, p.CheckFailure{Property: path + name, Reason: reason})
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		input, known := fields[name]
		if !known {
			fail(name, fmt.Sprintf("%q is not an input that ConsulCluster's stand-in for the AWS plugin supports", path+name))
			continue
		}
		value, more := input.check(given[name], path+name)
		checked[name] = value
		failures = append(failures, more...)
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if _, ok := given[name]; ok {
			continue
		}
		if fields[name].Required {
			fail(name, fmt.Sprintf("%q is missing", path+name))
		}
		if fields[name].Default != nil {
			checked[name] = fields[name].Default
		}
	}
	return checked, failures
}

func (i Input) check(value any, path string) (any, []p.CheckFailure) {
	wrong := []p.CheckFailure{{Property: path, Reason: fmt.Sprintf("%q must be %s", path, i.Kind)}}
	if _, unknown := value.(values.Unknown); unknown {
		return value, nil
	}
	switch i.Kind {
	case Object:
		object, ok := value.(values.Values)
		if !ok {
			return value, wrong
		}
		return checkFields(i.Fields, object, path+".")
	case Objects:
		list, ok := value.([]any)
		if !ok {
			return value, wrong
		}
		var failures []p.CheckFailure
		checked := make([]any, 0, len(list))
		for n, each := range list {
			one, more := Input{Kind: Object, Fields: i.Fields}.check(each, fmt.Sprintf("%s[%d]", path, n))
			checked = append(checked, one)
			failures = append(failures, more...)
		}
		return checked, failures
	}
	if !i.Kind.fits(value) {
		return value, wrong
	}
	return value, nil
}

func (k Kind) fits(value any) bool {
	var ok bool
	switch k {
	case Text:
		_, ok = value.(string)
	case Number:
		_, ok = value.(float64)
	case Flag:
		_, ok = value.(bool)
	case TextSet:
		list, isList := value.([]any)
		ok = isList && !slices.ContainsFunc(list, func(each any) bool {
			_, unknown := each.(values.Unknown)
			return !unknown && !Text.fits(each)
		})
	case TextMap:
		_, ok = value.(values.Values)
	}
	return ok
}

func ownName(name string, limit int) string {
	random := make([]byte, 4)
	_, _ = rand.Read(random)
	suffix := "-" + hex.EncodeToString(random)[:7]
	return name[:min(len(name), limit-len(suffix))] + suffix
}
