package output

// Variable is one environment variable.
type Variable struct{ Name, Value string }

// AsEnvironment gives the outputs of the previous run as the next run sees them. An empty output
// is left out; so are both where the user switched them off (the default is on).
func (o Outputs) AsEnvironment(wanted *bool) []Variable {
	if wanted != nil && !*wanted {
		return nil
	}
	var variables []Variable
	if o.Stdout != "" {
		variables = append(variables, Variable{"PULUMI_COMMAND_STDOUT", o.Stdout})
	}
	if o.Stderr != "" {
		variables = append(variables, Variable{"PULUMI_COMMAND_STDERR", o.Stderr})
	}
	return variables
}
