package values

// Reading one value. Where it is not there, or not known yet, the answer is the type's zero value; the inputs were checked before.

// Text reads a string.
func (v Values) Text(name string) string { text, _ := v[name].(string); return text }

// TextOrNil reads a string that AWS shall not get where it is unset.
func (v Values) TextOrNil(name string) *string {
	if text, ok := v[name].(string); ok && text != "" {
		return &text
	}
	return nil
}

// Flag reads a bool.
func (v Values) Flag(name string) bool { flag, _ := v[name].(bool); return flag }

// FlagOrNil reads a bool that AWS shall not get where it is unset.
func (v Values) FlagOrNil(name string) *bool {
	if flag, ok := v[name].(bool); ok {
		return &flag
	}
	return nil
}

// NumberOrNil reads a number that AWS shall not get where it is unset.
func (v Values) NumberOrNil(name string) *int32 {
	if number, ok := v[name].(float64); ok {
		whole := int32(number)
		return &whole
	}
	return nil
}

// Object reads what stands in braces.
func (v Values) Object(name string) Values { object, _ := v[name].(Values); return object }

// Texts reads a list of strings.
func (v Values) Texts(name string) []string {
	list, _ := v[name].([]any)
	texts := make([]string, 0, len(list))
	for _, each := range list {
		if text, ok := each.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// Objects reads a list of what stands in braces.
func (v Values) Objects(name string) []Values {
	list, _ := v[name].([]any)
	objects := make([]Values, 0, len(list))
	for _, each := range list {
		if object, ok := each.(Values); ok {
			objects = append(objects, object)
		}
	}
	return objects
}

// Map reads strings by their names, as tags are.
func (v Values) Map(name string) map[string]string {
	texts := map[string]string{}
	for key, value := range v.Object(name) {
		if text, ok := value.(string); ok {
			texts[key] = text
		}
	}
	return texts
}

// ListOf makes a list of strings.
func ListOf(texts []string) []any {
	list := make([]any, 0, len(texts))
	for _, text := range texts {
		list = append(list, text)
	}
	return list
}

// MapOf makes strings by their names.
func MapOf(texts map[string]string) Values {
	object := Values{}
	for key, text := range texts {
		object[key] = text
	}
	return object
}

// Set puts a string where there is one.
func (v Values) Set(name string, text *string) {
	if text != nil {
		v[name] = *text
	}
}
