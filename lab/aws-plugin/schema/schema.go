// Package schema says of each resource type what its inputs are, which of them change in place and what AWS computes, and from that
// checks inputs, compares them with a state, and foretells a state in a preview.
package schema

import (
	"context"

	"consulcluster/aws-plugin/values"
)

// Kind is the shape of an input.
type Kind string

// The shapes that the supported types need.
const (
	Text    Kind = "a string"
	Number  Kind = "a number"
	Flag    Kind = "a boolean"
	TextSet Kind = "a list of strings"
	TextMap Kind = "strings by name"
	Object  Kind = "an object"
	Objects Kind = "a list of objects"
)

// Input is one input of a resource type.
type Input struct {
	Kind     Kind
	Required bool
	// Replaces tells that AWS cannot change it in place.
	Replaces bool
	// ReplacesIf tells the same of one change.
	ReplacesIf func(state, inputs values.Values) bool
	// Computed tells that AWS or the plugin chooses where nothing is given: what was chosen stays.
	Computed bool
	Default  any
	// Named makes a name of the resource's own where none is given, of at most so many characters.
	Named int
	// Same tells which two values mean the same; otherwise those that are equal do.
	Same func(one, other any) bool
	// Fields are those of an Object, or of each of the Objects.
	Fields map[string]Input
}

// Resource is one resource type.
type Resource struct {
	Inputs map[string]Input
	// Outputs are what AWS computes, besides inputs that are Computed.
	Outputs []string
	// Create makes it, and sets the ID as soon as there is something that must not be lost.
	Create func(*Call) error
	// Read returns nil where it is gone.
	Read   func(*Call) (values.Values, error)
	Update func(*Call) error
	Delete func(*Call) error
}

// Call is one call to a resource.
type Call struct {
	Context context.Context
	ID      string
	// State as it was; empty when it is made.
	State values.Values
	// Inputs as they shall be; as they were in Read and Delete.
	Inputs values.Values
	// Changed are the inputs that an update changes.
	Changed map[string]bool
}
