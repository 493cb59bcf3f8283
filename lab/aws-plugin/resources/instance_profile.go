package resources

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"consulcluster/aws-plugin/schema"
	"consulcluster/aws-plugin/values"
)

func (c *Clients) instanceProfile() schema.Resource {
	add := func(call *schema.Call) error {
		role := call.Inputs.TextOrNil("role")
		if role == nil {
			return nil
		}
		_, err := c.IAM.AddRoleToInstanceProfile(call.Context, &iam.AddRoleToInstanceProfileInput{InstanceProfileName: &call.ID, RoleName: role})
		return err
	}
	remove := func(call *schema.Call) error {
		role := call.State.TextOrNil("role")
		if role == nil {
			return nil
		}
		_, err := c.IAM.RemoveRoleFromInstanceProfile(call.Context, &iam.RemoveRoleFromInstanceProfileInput{InstanceProfileName: &call.ID, RoleName: role})
		return unlessGone(err, gone)
	}
	return schema.Resource{
		Inputs: map[string]schema.Input{
			"name": {Kind: schema.Text, Replaces: true, Computed: true, Named: 128},
			"path": {Kind: schema.Text, Replaces: true, Default: "/"},
			"role": {Kind: schema.Text},
			"tags": tagsInput,
		},
		Outputs: []string{"arn", "createDate", "uniqueId", "tagsAll"},
		Create: func(call *schema.Call) error {
			_, err := c.IAM.CreateInstanceProfile(call.Context, &iam.CreateInstanceProfileInput{
				InstanceProfileName: call.Inputs.TextOrNil("name"),
				Path:                call.Inputs.TextOrNil("path"),
				Tags:                iamTags(call.Inputs.Map("tags")),
			})
			if err != nil {
				return err
			}
			call.ID = call.Inputs.Text("name")
			return add(call)
		},
		Read: func(call *schema.Call) (values.Values, error) {
			found, err := c.IAM.GetInstanceProfile(call.Context, &iam.GetInstanceProfileInput{InstanceProfileName: &call.ID})
			if err != nil {
				return nil, unlessGone(err, gone)
			}
			profile := found.InstanceProfile
			state := values.Values{}
			state.Set("name", profile.InstanceProfileName)
			state.Set("path", profile.Path)
			state.Set("arn", profile.Arn)
			state.Set("uniqueId", profile.InstanceProfileId)
			for _, role := range profile.Roles {
				// A role that is gone may still be said to be in it.
				if _, err := c.IAM.GetRole(call.Context, &iam.GetRoleInput{RoleName: role.RoleName}); err != nil {
					return nil, err
				}
				state["role"] = aws.ToString(role.RoleName)
			}
			readIamTags(state, profile.Tags)
			return state, nil
		},
		Update: func(call *schema.Call) error {
			if call.Changed["role"] {
				if err := remove(call); err != nil {
					return err
				}
				if err := add(call); err != nil {
					return err
				}
			}
			gone, changed := tagChanges(call.State.Map("tags"), call.Inputs.Map("tags"))
			if len(gone) > 0 {
				_, err := c.IAM.UntagInstanceProfile(call.Context, &iam.UntagInstanceProfileInput{InstanceProfileName: &call.ID, TagKeys: gone})
				if err != nil {
					return err
				}
			}
			if len(changed) == 0 {
				return nil
			}
			_, err := c.IAM.TagInstanceProfile(call.Context, &iam.TagInstanceProfileInput{InstanceProfileName: &call.ID, Tags: iamTags(changed)})
			return err
		},
		Delete: func(call *schema.Call) error {
			if err := remove(call); err != nil {
				return err
			}
			_, err := c.IAM.DeleteInstanceProfile(call.Context, &iam.DeleteInstanceProfileInput{InstanceProfileName: &call.ID})
			return unlessGone(err, gone)
		},
	}
}
