package resources

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"consulcluster/aws-plugin/schema"
	"consulcluster/aws-plugin/values"
)

var rulesInput = schema.Input{Kind: schema.Objects, Computed: true, Same: sameRules, Fields: map[string]schema.Input{
	"description":    {Kind: schema.Text},
	"protocol":       {Kind: schema.Text, Required: true},
	"fromPort":       {Kind: schema.Number, Required: true},
	"toPort":         {Kind: schema.Number, Required: true},
	"cidrBlocks":     {Kind: schema.TextSet},
	"ipv6CidrBlocks": {Kind: schema.TextSet},
	"securityGroups": {Kind: schema.TextSet},
	"self":           {Kind: schema.Flag},
}}

func (c *Clients) securityGroup() schema.Resource {
	return schema.Resource{
		Inputs: map[string]schema.Input{
			"name":        {Kind: schema.Text, Replaces: true, Computed: true, Named: 255},
			"description": {Kind: schema.Text, Replaces: true, Default: "Managed by Pulumi"},
			"vpcId":       {Kind: schema.Text, Replaces: true, Computed: true},
			"ingress":     rulesInput,
			"egress":      rulesInput,
			"tags":        tagsInput,
		},
		Outputs: []string{"arn", "ownerId", "tagsAll"},
		Create: func(call *schema.Call) error {
			made, err := c.EC2.CreateSecurityGroup(call.Context, &ec2.CreateSecurityGroupInput{
				GroupName:         call.Inputs.TextOrNil("name"),
				Description:       call.Inputs.TextOrNil("description"),
				VpcId:             call.Inputs.TextOrNil("vpcId"),
				TagSpecifications: tagsAtBirth(types.ResourceTypeSecurityGroup, call.Inputs.Map("tags")),
			})
			if err != nil {
				return err
			}
			call.ID = aws.ToString(made.GroupId)
			return c.setRules(call)
		},
		Read: func(call *schema.Call) (values.Values, error) {
			found, err := c.findSecurityGroup(call.Context, call.ID)
			if found == nil {
				return nil, err
			}
			known := call.State.With(call.Inputs)
			state := values.Values{
				"arn":     c.arn("security-group/" + call.ID),
				"ingress": asKnown(known["ingress"], permitted(call.ID, found.IpPermissions)),
				"egress":  asKnown(known["egress"], permitted(call.ID, found.IpPermissionsEgress)),
			}
			state.Set("name", found.GroupName)
			state.Set("description", found.Description)
			state.Set("vpcId", found.VpcId)
			state.Set("ownerId", found.OwnerId)
			readTags(state, found.Tags)
			return state, nil
		},
		Update: func(call *schema.Call) error {
			if err := c.changeRules(call, false); err != nil {
				return err
			}
			if err := c.changeRules(call, true); err != nil {
				return err
			}
			return c.updateTags(call)
		},
		Delete: func(call *schema.Call) error {
			// What a service of AWS has left in it would keep it.
			_, err := c.EC2.DescribeNetworkInterfaces(call.Context, &ec2.DescribeNetworkInterfacesInput{
				Filters: []types.Filter{{Name: aws.String("group-id"), Values: []string{call.ID}}},
			})
			if err != nil {
				return err
			}
			return await(call.Context, "security group "+call.ID+" is deleted", 15*time.Minute, func(ctx context.Context) (bool, error) {
				_, err := c.EC2.DeleteSecurityGroup(ctx, &ec2.DeleteSecurityGroupInput{GroupId: &call.ID})
				if hasCode(err, "InvalidGroup.NotFound") {
					return true, nil
				}
				if hasCode(err, "DependencyViolation", "InvalidGroup.InUse") {
					return false, nil
				}
				return err == nil, err
			})
		},
	}
}

func (c *Clients) findSecurityGroup(ctx context.Context, id string) (*types.SecurityGroup, error) {
	found, err := c.EC2.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{GroupIds: []string{id}})
	if err != nil || len(found.SecurityGroups) == 0 {
		return nil, unlessGone(err, "InvalidGroup.NotFound")
	}
	return &found.SecurityGroups[0], nil
}

// setRules takes away that everything may go out, which AWS gives to a new group, and then makes the rules.
func (c *Clients) setRules(call *schema.Call) error {
	_, err := c.EC2.RevokeSecurityGroupEgress(call.Context, &ec2.RevokeSecurityGroupEgressInput{
		GroupId: &call.ID,
		IpPermissions: []types.IpPermission{{
			IpProtocol: aws.String("-1"), FromPort: aws.Int32(0), ToPort: aws.Int32(0),
			IpRanges: []types.IpRange{{CidrIp: aws.String("0.0.0.0/0")}},
		}},
	})
	if err != nil {
		return err
	}
	call.State = values.Values{}
	if err := c.changeRules(call, false); err != nil {
		return err
	}
	return c.changeRules(call, true)
}

// changeRules compares with the group as it is, as the official plugin does, and takes away before it adds.
func (c *Clients) changeRules(call *schema.Call, outwards bool) error {
	found, err := c.findSecurityGroup(call.Context, call.ID)
	if err != nil || found == nil {
		return err
	}
	is, name := permitted(call.ID, found.IpPermissions), "ingress"
	if outwards {
		is, name = permitted(call.ID, found.IpPermissionsEgress), "egress"
	}
	if _, given := call.Inputs[name]; !given {
		return nil
	}
	wanted := grantsOf(call.Inputs[name])
	if old := without(is, wanted); len(old) > 0 {
		if err := c.revoke(call, permissions(call.ID, old), outwards); err != nil {
			return err
		}
	}
	if new := without(wanted, is); len(new) > 0 {
		return c.authorize(call, permissions(call.ID, new), outwards)
	}
	return nil
}

func (c *Clients) revoke(call *schema.Call, rules []types.IpPermission, outwards bool) (err error) {
	if outwards {
		_, err = c.EC2.RevokeSecurityGroupEgress(call.Context, &ec2.RevokeSecurityGroupEgressInput{GroupId: &call.ID, IpPermissions: rules})
	} else {
		_, err = c.EC2.RevokeSecurityGroupIngress(call.Context, &ec2.RevokeSecurityGroupIngressInput{GroupId: &call.ID, IpPermissions: rules})
	}
	return err
}

func (c *Clients) authorize(call *schema.Call, rules []types.IpPermission, outwards bool) (err error) {
	if outwards {
		_, err = c.EC2.AuthorizeSecurityGroupEgress(call.Context, &ec2.AuthorizeSecurityGroupEgressInput{GroupId: &call.ID, IpPermissions: rules})
	} else {
		_, err = c.EC2.AuthorizeSecurityGroupIngress(call.Context, &ec2.AuthorizeSecurityGroupIngressInput{GroupId: &call.ID, IpPermissions: rules})
	}
	return err
}
