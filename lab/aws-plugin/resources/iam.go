package resources

import (
	"encoding/json"
	"net/url"
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"consulcluster/aws-plugin/schema"
	"consulcluster/aws-plugin/values"
)

const gone = "NoSuchEntity"

func iamTags(tags map[string]string) []types.Tag {
	var list []types.Tag
	for _, each := range tagsOf(tags) {
		list = append(list, types.Tag{Key: each.Key, Value: each.Value})
	}
	return list
}

func readIamTags(state values.Values, tags []types.Tag) {
	found := values.Values{}
	for _, tag := range tags {
		found[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	state["tags"], state["tagsAll"] = found, found
}

// samePolicy compares what two policies say, not how they are written.
func samePolicy(one, other any) bool {
	parse := func(value any) (parsed any) {
		text, _ := value.(string)
		_ = json.Unmarshal([]byte(text), &parsed)
		return parsed
	}
	return one == other || reflect.DeepEqual(parse(one), parse(other))
}

func (c *Clients) role() schema.Resource {
	return schema.Resource{
		Inputs: map[string]schema.Input{
			"name":                {Kind: schema.Text, Replaces: true, Computed: true, Named: 64},
			"path":                {Kind: schema.Text, Replaces: true, Default: "/"},
			"description":         {Kind: schema.Text},
			"assumeRolePolicy":    {Kind: schema.Text, Required: true, Same: samePolicy},
			"permissionsBoundary": {Kind: schema.Text},
			"tags":                tagsInput,
		},
		Outputs: []string{"arn", "createDate", "uniqueId", "tagsAll"},
		Create: func(call *schema.Call) error {
			_, err := c.IAM.CreateRole(call.Context, &iam.CreateRoleInput{
				RoleName:                 call.Inputs.TextOrNil("name"),
				Path:                     call.Inputs.TextOrNil("path"),
				Description:              call.Inputs.TextOrNil("description"),
				AssumeRolePolicyDocument: call.Inputs.TextOrNil("assumeRolePolicy"),
				PermissionsBoundary:      call.Inputs.TextOrNil("permissionsBoundary"),
				Tags:                     iamTags(call.Inputs.Map("tags")),
			})
			if err == nil {
				call.ID = call.Inputs.Text("name")
			}
			return err
		},
		Read: func(call *schema.Call) (values.Values, error) {
			found, err := c.IAM.GetRole(call.Context, &iam.GetRoleInput{RoleName: &call.ID})
			if err != nil {
				return nil, unlessGone(err, gone)
			}
			// The official plugin looks at both for what it may show.
			if _, err := c.IAM.ListRolePolicies(call.Context, &iam.ListRolePoliciesInput{RoleName: &call.ID}); err != nil {
				return nil, err
			}
			if _, err := c.IAM.ListAttachedRolePolicies(call.Context, &iam.ListAttachedRolePoliciesInput{RoleName: &call.ID}); err != nil {
				return nil, err
			}
			role := found.Role
			state := values.Values{}
			state.Set("name", role.RoleName)
			state.Set("path", role.Path)
			state.Set("arn", role.Arn)
			state.Set("uniqueId", role.RoleId)
			state.Set("description", role.Description)
			if role.PermissionsBoundary != nil {
				state.Set("permissionsBoundary", role.PermissionsBoundary.PermissionsBoundaryArn)
			}
			if role.CreateDate != nil {
				state["createDate"] = role.CreateDate.Format(time.RFC3339)
			}
			policy, err := url.QueryUnescape(aws.ToString(role.AssumeRolePolicyDocument))
			state["assumeRolePolicy"] = policy
			readIamTags(state, role.Tags)
			return state, err
		},
		Update: func(call *schema.Call) error {
			if call.Changed["assumeRolePolicy"] {
				_, err := c.IAM.UpdateAssumeRolePolicy(call.Context, &iam.UpdateAssumeRolePolicyInput{
					RoleName: &call.ID, PolicyDocument: call.Inputs.TextOrNil("assumeRolePolicy"),
				})
				if err != nil {
					return err
				}
			}
			if call.Changed["description"] {
				_, err := c.IAM.UpdateRoleDescription(call.Context, &iam.UpdateRoleDescriptionInput{
					RoleName: &call.ID, Description: aws.String(call.Inputs.Text("description")),
				})
				if err != nil {
					return err
				}
			}
			if call.Changed["permissionsBoundary"] {
				if err := c.bound(call); err != nil {
					return err
				}
			}
			gone, changed := tagChanges(call.State.Map("tags"), call.Inputs.Map("tags"))
			if len(gone) > 0 {
				if _, err := c.IAM.UntagRole(call.Context, &iam.UntagRoleInput{RoleName: &call.ID, TagKeys: gone}); err != nil {
					return err
				}
			}
			if len(changed) == 0 {
				return nil
			}
			_, err := c.IAM.TagRole(call.Context, &iam.TagRoleInput{RoleName: &call.ID, Tags: iamTags(changed)})
			return err
		},
		Delete: func(call *schema.Call) error {
			profiles, err := c.IAM.ListInstanceProfilesForRole(call.Context, &iam.ListInstanceProfilesForRoleInput{RoleName: &call.ID})
			if err != nil {
				return unlessGone(err, gone)
			}
			for _, each := range profiles.InstanceProfiles {
				_, err := c.IAM.RemoveRoleFromInstanceProfile(call.Context, &iam.RemoveRoleFromInstanceProfileInput{
					InstanceProfileName: each.InstanceProfileName, RoleName: &call.ID,
				})
				if err := unlessGone(err, gone); err != nil {
					return err
				}
			}
			_, err = c.IAM.DeleteRole(call.Context, &iam.DeleteRoleInput{RoleName: &call.ID})
			return unlessGone(err, gone)
		},
	}
}

// bound sets the boundary of what a role may be permitted, or takes it away.
func (c *Clients) bound(call *schema.Call) error {
	boundary := call.Inputs.TextOrNil("permissionsBoundary")
	if boundary == nil {
		_, err := c.IAM.DeleteRolePermissionsBoundary(call.Context, &iam.DeleteRolePermissionsBoundaryInput{RoleName: &call.ID})
		return err
	}
	_, err := c.IAM.PutRolePermissionsBoundary(call.Context, &iam.PutRolePermissionsBoundaryInput{
		RoleName: &call.ID, PermissionsBoundary: boundary,
	})
	return err
}
