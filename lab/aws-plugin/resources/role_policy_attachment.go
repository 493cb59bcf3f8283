package resources

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"consulcluster/aws-plugin/schema"
	"consulcluster/aws-plugin/values"
)

func (c *Clients) rolePolicyAttachment() schema.Resource {
	return schema.Resource{
		Inputs: map[string]schema.Input{
			"role":      {Kind: schema.Text, Required: true, Replaces: true},
			"policyArn": {Kind: schema.Text, Required: true, Replaces: true},
		},
		Create: func(call *schema.Call) error {
			role, policy := call.Inputs.Text("role"), call.Inputs.Text("policyArn")
			_, err := c.IAM.AttachRolePolicy(call.Context, &iam.AttachRolePolicyInput{RoleName: &role, PolicyArn: &policy})
			if err == nil {
				call.ID = role + "/" + policy
			}
			return err
		},
		Read: func(call *schema.Call) (values.Values, error) {
			known := call.State.With(call.Inputs)
			found, err := c.IAM.ListAttachedRolePolicies(call.Context, &iam.ListAttachedRolePoliciesInput{RoleName: known.TextOrNil("role")})
			if err != nil {
				return nil, unlessGone(err, gone)
			}
			isIt := func(policy types.AttachedPolicy) bool {
				return aws.ToString(policy.PolicyArn) == known.Text("policyArn")
			}
			if !slices.ContainsFunc(found.AttachedPolicies, isIt) {
				return nil, nil
			}
			return known, nil
		},
		Update: func(*schema.Call) error { return nil },
		Delete: func(call *schema.Call) error {
			_, err := c.IAM.DetachRolePolicy(call.Context, &iam.DetachRolePolicyInput{
				RoleName: call.State.TextOrNil("role"), PolicyArn: call.State.TextOrNil("policyArn"),
			})
			return unlessGone(err, gone)
		},
	}
}
