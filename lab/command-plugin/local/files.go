package local

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/gobwas/glob"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// collect reads the files that `assetPaths` and `archivePaths` name, after the command has run.
func collect(args Args) (Outputs, error) {
	var out Outputs
	dir := "."
	if args.Dir != nil {
		dir = *args.Dir
	}

	if args.AssetPaths != nil {
		assets, err := assetsIn(dir, *args.AssetPaths)
		if err != nil {
			return Outputs{}, fmt.Errorf("assetPaths: %w", err)
		}
		out.Assets = &assets
	}

	if args.ArchivePaths != nil {
		assets, err := assetsIn(dir, *args.ArchivePaths)
		if err != nil {
			return Outputs{}, fmt.Errorf("archivePaths: %w", err)
		}
		members := make(map[string]any, len(assets))
		for name, asset := range assets {
			members[name] = asset
		}
		out.Archive, err = resource.NewAssetArchive(members)
		if err != nil {
			return Outputs{}, fmt.Errorf("archivePaths: %w", err)
		}
	}
	return out, nil
}

// keepMissing keeps the files of an earlier run where this run was asked for none.
func (o *Outputs) keepMissing(previous Outputs) {
	if o.Assets == nil {
		o.Assets = previous.Assets
	}
	if o.Archive == nil {
		o.Archive = previous.Archive
	}
}

// rule is one pattern; a later rule overrules the earlier ones.
type rule struct {
	pattern glob.Glob
	exclude bool
}

func parseRules(patterns []string) ([]rule, error) {
	rules := make([]rule, 0, len(patterns))
	for _, text := range patterns {
		text, exclude := strings.CutPrefix(text, "!")
		pattern, err := glob.Compile(text, '/')
		if err != nil {
			return nil, fmt.Errorf("pattern %q: %w", text, err)
		}
		rules = append(rules, rule{pattern, exclude})
	}
	return rules, nil
}

func assetsIn(dir string, patterns []string) (map[string]*resource.Asset, error) {
	rules, err := parseRules(patterns)
	if err != nil {
		return nil, err
	}

	assets := map[string]*resource.Asset{}
	err = fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !selected(rules, name) {
			return err
		}
		assets[name], err = resource.NewPathAsset(path.Join(dir, name))
		return err
	})
	if err != nil {
		return nil, err
	}
	return assets, nil
}

func selected(rules []rule, name string) bool {
	in := false
	for _, r := range rules {
		if r.pattern.Match(name) {
			in = !r.exclude
		}
	}
	return in
}
