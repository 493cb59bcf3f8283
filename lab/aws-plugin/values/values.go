// Package values is what travels between the engine and the resources, as plain Go values.
package values

import (
	"fmt"
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// Values are a resource's inputs or its state: strings, float64s, bools, []any, Values, and Unknown.
type Values map[string]any

// Unknown stands for a value that a preview does not know yet.
type Unknown struct{}

// From turns what the engine sends into plain values, and names the properties that hold a secret.
func From(m property.Map) (Values, map[string]bool, error) {
	plain, secrets := Values{}, map[string]bool{}
	for name, value := range m.All {
		if value.IsNull() {
			continue
		}
		if value.HasSecrets() {
			secrets[name] = true
		}
		one, err := plainOf(value)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		plain[name] = one
	}
	return plain, secrets, nil
}

func plainOf(value property.Value) (any, error) {
	switch {
	case value.IsComputed():
		return Unknown{}, nil
	case value.IsString():
		return value.AsString(), nil
	case value.IsNumber():
		return value.AsNumber(), nil
	case value.IsBool():
		return value.AsBool(), nil
	case value.IsArray():
		list := []any{}
		for _, each := range value.AsArray().All {
			one, err := plainOf(each)
			if err != nil {
				return nil, err
			}
			list = append(list, one)
		}
		return list, nil
	case value.IsMap():
		inner, _, err := From(value.AsMap())
		return inner, err
	default:
		return nil, fmt.Errorf("a value of this kind is not supported")
	}
}

// To is the way back. A property that held a secret holds one again.
func To(plain Values, secrets map[string]bool) property.Map {
	m := map[string]property.Value{}
	for name, value := range plain {
		m[name] = wire(value).WithSecret(secrets[name])
	}
	return property.NewMap(m)
}

func wire(value any) property.Value {
	switch v := value.(type) {
	case Unknown:
		return property.New(property.Computed)
	case string:
		return property.New(v)
	case float64:
		return property.New(v)
	case bool:
		return property.New(v)
	case []any:
		list := make([]property.Value, 0, len(v))
		for _, each := range v {
			list = append(list, wire(each))
		}
		return property.New(property.NewArray(list))
	case Values:
		return property.New(To(v, nil))
	default:
		panic(fmt.Sprintf("a resource answers with a %T", value))
	}
}

// HasUnknown tells whether a value, or anything inside of it, is not known yet.
func HasUnknown(value any) bool {
	switch v := value.(type) {
	case Unknown:
		return true
	case []any:
		for _, each := range v {
			if HasUnknown(each) {
				return true
			}
		}
	case Values:
		for _, each := range v {
			if HasUnknown(each) {
				return true
			}
		}
	}
	return false
}

// With is these values, and others over them.
func (v Values) With(others Values) Values {
	all := maps.Clone(v)
	if all == nil {
		all = Values{}
	}
	maps.Copy(all, others)
	return all
}
