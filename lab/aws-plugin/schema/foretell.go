package schema

import "consulcluster/aws-plugin/values"

// ForetellCreate is the state that a preview expects of what is not made yet.
func (r Resource) ForetellCreate(inputs values.Values) values.Values {
	state := inputs.With(nil)
	for _, name := range r.Outputs {
		state[name] = values.Unknown{}
	}
	for name, input := range r.Inputs {
		if _, given := inputs[name]; input.Computed && !given {
			state[name] = values.Unknown{}
		}
	}
	return state
}

// ForetellUpdate is the state that a preview expects of a change in place: what AWS has computed stays.
func (r Resource) ForetellUpdate(state, inputs values.Values) values.Values {
	foretold := values.Values{}
	for name, value := range state {
		// An input that is no longer given is gone, but where AWS chooses.
		if input, isInput := r.Inputs[name]; !isInput || input.Computed {
			foretold[name] = value
		}
	}
	foretold = foretold.With(inputs)
	if tags, tagged := inputs["tags"]; tagged {
		foretold["tagsAll"] = tags
	}
	return foretold
}

// Refreshed are the inputs of before with what was found in the account: what differs there shows in the next plan.
func (r Resource) Refreshed(inputs, found values.Values) values.Values {
	refreshed := values.Values{}
	for name, value := range inputs {
		refreshed[name] = value
		input := r.Inputs[name]
		if is, there := found[name]; there && len(input.changes(found, inputs, name, name)) > 0 {
			refreshed[name] = trimmed(input, value, is)
		}
	}
	return refreshed
}

// An object shows what it was given, not all that AWS says of it.
func trimmed(input Input, was, is any) any {
	before, isObject := was.(values.Values)
	after, stays := is.(values.Values)
	if input.Kind != Object || !isObject || !stays {
		return is
	}
	object := values.Values{}
	for name := range before {
		if value, there := after[name]; there {
			object[name] = value
		}
	}
	return object
}
