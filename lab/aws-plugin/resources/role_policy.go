package resources

import (
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"consulcluster/aws-plugin/schema"
	"consulcluster/aws-plugin/values"
)

func (c *Clients) rolePolicy() schema.Resource {
	put := func(call *schema.Call) error {
		_, err := c.IAM.PutRolePolicy(call.Context, &iam.PutRolePolicyInput{
			RoleName:       call.Inputs.TextOrNil("role"),
			PolicyName:     call.Inputs.TextOrNil("name"),
			PolicyDocument: call.Inputs.TextOrNil("policy"),
		})
		return err
	}
	return schema.Resource{
		Inputs: map[string]schema.Input{
			"name":   {Kind: schema.Text, Replaces: true, Computed: true, Named: 128},
			"role":   {Kind: schema.Text, Required: true, Replaces: true},
			"policy": {Kind: schema.Text, Required: true, Same: samePolicy},
		},
		Create: func(call *schema.Call) error {
			err := put(call)
			if err == nil {
				call.ID = call.Inputs.Text("role") + ":" + call.Inputs.Text("name")
			}
			return err
		},
		Read: func(call *schema.Call) (values.Values, error) {
			known := call.State.With(call.Inputs)
			found, err := c.IAM.GetRolePolicy(call.Context, &iam.GetRolePolicyInput{
				RoleName: known.TextOrNil("role"), PolicyName: known.TextOrNil("name"),
			})
			if err != nil {
				return nil, unlessGone(err, gone)
			}
			state := values.Values{}
			state.Set("role", found.RoleName)
			state.Set("name", found.PolicyName)
			policy, err := url.QueryUnescape(aws.ToString(found.PolicyDocument))
			state["policy"] = policy
			return state, err
		},
		Update: put,
		Delete: func(call *schema.Call) error {
			_, err := c.IAM.DeleteRolePolicy(call.Context, &iam.DeleteRolePolicyInput{
				RoleName: call.State.TextOrNil("role"), PolicyName: call.State.TextOrNil("name"),
			})
			return unlessGone(err, gone)
		},
	}
}
