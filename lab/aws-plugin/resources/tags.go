package resources

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"consulcluster/aws-plugin/schema"
	"consulcluster/aws-plugin/values"
)

var tagsInput = schema.Input{Kind: schema.TextMap}

func tagsOf(tags map[string]string) []types.Tag {
	list := make([]types.Tag, 0, len(tags))
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return list
}

// tagsAtBirth go with the call that makes something, as permissions that are bound to a tag ask for.
func tagsAtBirth(of types.ResourceType, tags map[string]string) []types.TagSpecification {
	if len(tags) == 0 {
		return nil
	}
	return []types.TagSpecification{{ResourceType: of, Tags: tagsOf(tags)}}
}

func readTags(state values.Values, tags []types.Tag) {
	found := values.Values{}
	for _, tag := range tags {
		found[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	state["tags"], state["tagsAll"] = found, found
}

// changeTags takes away those that are gone, then sets those that are new or another.
func (c *Clients) changeTags(ctx context.Context, id string, was, is map[string]string) error {
	gone, changed := tagChanges(was, is)
	if len(gone) > 0 {
		input := &ec2.DeleteTagsInput{Resources: []string{id}}
		for _, key := range gone {
			input.Tags = append(input.Tags, types.Tag{Key: aws.String(key), Value: aws.String(was[key])})
		}
		if _, err := c.EC2.DeleteTags(ctx, input); err != nil {
			return err
		}
	}
	if len(changed) == 0 {
		return nil
	}
	_, err := c.EC2.CreateTags(ctx, &ec2.CreateTagsInput{Resources: []string{id}, Tags: tagsOf(changed)})
	return err
}

func tagChanges(was, is map[string]string) (gone []string, changed map[string]string) {
	changed = map[string]string{}
	for key, value := range is {
		if old, had := was[key]; !had || old != value {
			changed[key] = value
		}
	}
	for _, key := range slices.Sorted(maps.Keys(was)) {
		if _, stays := is[key]; !stays {
			gone = append(gone, key)
		}
	}
	return gone, changed
}

// updateTags is all of an update for what changes nothing else in place.
func (c *Clients) updateTags(call *schema.Call) error {
	if !call.Changed["tags"] {
		return nil
	}
	return c.changeTags(call.Context, call.ID, call.State.Map("tags"), call.Inputs.Map("tags"))
}
