package local

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestAssetsFollowTheRulesInOrder(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.txt", "b.md", "sub/c.txt", "sub/secret.txt", "sub/deep/d.txt"} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	for _, c := range []struct{ patterns, want []string }{
		{[]string{"*.txt"}, []string{"a.txt"}},
		{[]string{"sub/*.txt"}, []string{"sub/c.txt", "sub/secret.txt"}},
		{[]string{"**.txt", "!**secret.*"}, []string{"a.txt", "sub/c.txt", "sub/deep/d.txt"}},
		{[]string{"!**secret.*", "sub/*.txt"}, []string{"sub/c.txt", "sub/secret.txt"}},
		{[]string{"none"}, nil},
	} {
		assets, err := assetsIn(dir, c.patterns)
		if err != nil {
			t.Fatal(err)
		}
		if names := slices.Sorted(maps.Keys(assets)); !slices.Equal(names, c.want) {
			t.Errorf("%q: got %q, want %q", c.patterns, names, c.want)
		}
		for name, asset := range assets {
			if want := filepath.Join(dir, name); asset.Path != want {
				t.Errorf("%q: path %q, want %q", name, asset.Path, want)
			}
		}
	}

	if _, err := assetsIn(dir, []string{"[a"}); err == nil {
		t.Error("a malformed pattern is taken")
	}
}
