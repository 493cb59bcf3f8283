package resources

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"consulcluster/aws-plugin/schema"
	"consulcluster/aws-plugin/values"
)

// readInstance makes the calls that the official plugin makes, for the sake of who may make them.
func (c *Clients) readInstance(call *schema.Call) (values.Values, error) {
	ctx, known := call.Context, call.State.With(call.Inputs)
	found, err := c.findInstance(ctx, call.ID)
	if err != nil || found == nil || found.State.Name == types.InstanceStateNameTerminated {
		return nil, err
	}
	state := values.Values{
		"arn":                     c.arn("instance/" + call.ID),
		"instanceState":           string(found.State.Name),
		"instanceType":            string(found.InstanceType),
		"userDataReplaceOnChange": known.Flag("userDataReplaceOnChange"),
	}
	state.Set("ami", found.ImageId)
	state.Set("keyName", found.KeyName)
	state.Set("privateDns", found.PrivateDnsName)
	state.Set("privateIp", found.PrivateIpAddress)
	state.Set("publicDns", found.PublicDnsName)
	state.Set("publicIp", found.PublicIpAddress)
	state.Set("subnetId", found.SubnetId)
	if found.Placement != nil {
		state.Set("availabilityZone", found.Placement.AvailabilityZone)
	}
	if profile := found.IamInstanceProfile; profile != nil {
		arn := strings.Split(aws.ToString(profile.Arn), "/")
		state["iamInstanceProfile"] = arn[len(arn)-1]
	}
	for _, each := range found.NetworkInterfaces {
		if each.Attachment != nil && aws.ToInt32(each.Attachment.DeviceIndex) == 0 {
			state.Set("primaryNetworkInterfaceId", each.NetworkInterfaceId)
			state["primaryNetworkInterface"] = values.Values{"networkInterfaceId": aws.ToString(each.NetworkInterfaceId)}
		}
	}
	if options := found.MetadataOptions; options != nil {
		state["metadataOptions"] = values.Values{
			"httpEndpoint":            string(options.HttpEndpoint),
			"httpTokens":              string(options.HttpTokens),
			"httpPutResponseHopLimit": number(options.HttpPutResponseHopLimit),
		}
	}
	readTags(state, found.Tags)
	for _, read := range []func(context.Context, *types.Instance, values.Values, values.Values) error{
		c.readRootDisk, c.readAttributes, c.readCredits,
	} {
		if err := read(ctx, found, known, state); err != nil {
			return nil, fmt.Errorf("reading EC2 Instance (%s): %w", call.ID, err)
		}
	}
	return state, nil
}

func (c *Clients) readRootDisk(ctx context.Context, found *types.Instance, known, state values.Values) error {
	disks := map[string]types.InstanceBlockDeviceMapping{}
	var ids []string
	for _, each := range found.BlockDeviceMappings {
		if each.Ebs != nil {
			disks[aws.ToString(each.Ebs.VolumeId)] = each
			ids = append(ids, aws.ToString(each.Ebs.VolumeId))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	volumes, err := c.EC2.DescribeVolumes(ctx, &ec2.DescribeVolumesInput{VolumeIds: ids})
	if err != nil {
		return err
	}
	for _, volume := range volumes.Volumes {
		disk := disks[aws.ToString(volume.VolumeId)]
		if aws.ToString(disk.DeviceName) != aws.ToString(found.RootDeviceName) {
			continue
		}
		root := values.Values{
			"deleteOnTermination": aws.ToBool(disk.Ebs.DeleteOnTermination),
			"deviceName":          aws.ToString(disk.DeviceName),
			"encrypted":           aws.ToBool(volume.Encrypted),
			"volumeId":            aws.ToString(volume.VolumeId),
			"volumeSize":          number(volume.Size),
			"volumeType":          string(volume.VolumeType),
		}
		root.Set("kmsKeyId", volume.KmsKeyId)
		if len(known.Map("volumeTags")) == 0 {
			readTags(root, volume.Tags)
		}
		state["rootBlockDevice"] = root
	}
	if len(known.Map("volumeTags")) > 0 {
		return c.readVolumeTags(ctx, ids, state)
	}
	return nil
}

// readVolumeTags takes those of all volumes together, data volumes too: that is why they must not be managed here.
func (c *Clients) readVolumeTags(ctx context.Context, ids []string, state values.Values) error {
	found, err := c.EC2.DescribeTags(ctx, &ec2.DescribeTagsInput{
		Filters: []types.Filter{{Name: aws.String("resource-id"), Values: ids}},
	})
	if err != nil {
		return err
	}
	tags := values.Values{}
	for _, tag := range found.Tags {
		tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	state["volumeTags"] = tags
	return nil
}

func (c *Clients) readAttributes(ctx context.Context, found *types.Instance, _, state values.Values) error {
	attribute := func(name types.InstanceAttributeName) (*ec2.DescribeInstanceAttributeOutput, error) {
		return c.EC2.DescribeInstanceAttribute(ctx, &ec2.DescribeInstanceAttributeInput{
			InstanceId: found.InstanceId, Attribute: name,
		})
	}
	protection, err := attribute(types.InstanceAttributeNameDisableApiTermination)
	if err != nil {
		return err
	}
	state["disableApiTermination"] = aws.ToBool(protection.DisableApiTermination.Value)
	answer, err := attribute(types.InstanceAttributeNameUserData)
	if err != nil || answer.UserData == nil || answer.UserData.Value == nil {
		return err
	}
	text, err := base64.StdEncoding.DecodeString(aws.ToString(answer.UserData.Value))
	state["userData"] = string(text)
	return err
}

// Of the types whose speed is on credit, how they are charged is asked for, too; nothing here sets it.
func (c *Clients) readCredits(ctx context.Context, found *types.Instance, _, _ values.Values) error {
	kinds, err := c.EC2.DescribeInstanceTypes(ctx, &ec2.DescribeInstanceTypesInput{InstanceTypes: []types.InstanceType{found.InstanceType}})
	if err != nil {
		return err
	}
	onCredit := slices.ContainsFunc(kinds.InstanceTypes, func(kind types.InstanceTypeInfo) bool {
		return aws.ToBool(kind.BurstablePerformanceSupported)
	})
	if !onCredit {
		return nil
	}
	_, err = c.EC2.DescribeInstanceCreditSpecifications(ctx, &ec2.DescribeInstanceCreditSpecificationsInput{
		InstanceIds: []string{aws.ToString(found.InstanceId)},
	})
	if hasCode(err, "UnsupportedOperation") {
		return nil
	}
	return err
}

func (c *Clients) updateInstance(call *schema.Call) error {
	if call.Changed["volumeTags"] {
		return unsupported("volumeTags of an instance that stands")
	}
	if call.Changed["iamInstanceProfile"] {
		if err := c.changeProfile(call); err != nil {
			return err
		}
	}
	modify := func(input ec2.ModifyInstanceAttributeInput) error {
		input.InstanceId = &call.ID
		_, err := c.EC2.ModifyInstanceAttribute(call.Context, &input)
		return err
	}
	if call.Changed["instanceType"] {
		kind := &types.AttributeValue{Value: call.Inputs.TextOrNil("instanceType")}
		if err := c.stopped(call, func() error { return modify(ec2.ModifyInstanceAttributeInput{InstanceType: kind}) }); err != nil {
			return err
		}
	}
	if call.Changed["userData"] {
		text := &types.SecureBlobAttributeValue{Value: []byte(call.Inputs.Text("userData"))}
		if err := c.stopped(call, func() error { return modify(ec2.ModifyInstanceAttributeInput{UserData: text}) }); err != nil {
			return err
		}
	}
	if call.Changed["disableApiTermination"] {
		protection := &types.AttributeBooleanValue{Value: aws.Bool(call.Inputs.Flag("disableApiTermination"))}
		if err := modify(ec2.ModifyInstanceAttributeInput{DisableApiTermination: protection}); err != nil {
			return err
		}
	}
	if call.Changed["metadataOptions"] {
		options := call.Inputs.Object("metadataOptions")
		_, err := c.EC2.ModifyInstanceMetadataOptions(call.Context, &ec2.ModifyInstanceMetadataOptionsInput{
			InstanceId:              &call.ID,
			HttpEndpoint:            types.InstanceMetadataEndpointState(options.Text("httpEndpoint")),
			HttpTokens:              types.HttpTokensState(options.Text("httpTokens")),
			HttpPutResponseHopLimit: options.NumberOrNil("httpPutResponseHopLimit"),
		})
		if err != nil {
			return err
		}
	}
	if call.Changed["rootBlockDevice"] {
		if err := c.updateRootDisk(call); err != nil {
			return err
		}
	}
	return c.updateTags(call)
}

// changeProfile puts another in the place of the one that an instance has, while it runs.
func (c *Clients) changeProfile(call *schema.Call) error {
	found, err := c.EC2.DescribeIamInstanceProfileAssociations(call.Context, &ec2.DescribeIamInstanceProfileAssociationsInput{
		Filters: []types.Filter{{Name: aws.String("instance-id"), Values: []string{call.ID}}},
	})
	if err != nil {
		return err
	}
	profile := &types.IamInstanceProfileSpecification{Name: call.Inputs.TextOrNil("iamInstanceProfile")}
	if len(found.IamInstanceProfileAssociations) == 0 {
		_, err = c.EC2.AssociateIamInstanceProfile(call.Context, &ec2.AssociateIamInstanceProfileInput{
			InstanceId: &call.ID, IamInstanceProfile: profile,
		})
		return err
	}
	_, err = c.EC2.ReplaceIamInstanceProfileAssociation(call.Context, &ec2.ReplaceIamInstanceProfileAssociationInput{
		AssociationId: found.IamInstanceProfileAssociations[0].AssociationId, IamInstanceProfile: profile,
	})
	return err
}

func (c *Clients) updateRootDisk(call *schema.Call) error {
	was, is := call.State.Object("rootBlockDevice"), call.Inputs.Object("rootBlockDevice")
	volume := was.Text("volumeId")
	if was["volumeSize"] != is["volumeSize"] || was["volumeType"] != is["volumeType"] {
		_, err := c.EC2.ModifyVolume(call.Context, &ec2.ModifyVolumeInput{
			VolumeId: &volume, Size: is.NumberOrNil("volumeSize"), VolumeType: types.VolumeType(is.Text("volumeType")),
		})
		if err != nil {
			return err
		}
	}
	if was["deleteOnTermination"] != is["deleteOnTermination"] {
		return unsupported("deleteOnTermination of an instance that stands")
	}
	return c.changeTags(call.Context, volume, was.Map("tags"), is.Map("tags"))
}

// stopped changes what AWS changes only while an instance stands still.
func (c *Clients) stopped(call *schema.Call, change func() error) error {
	ids := []string{call.ID}
	if _, err := c.EC2.StopInstances(call.Context, &ec2.StopInstancesInput{InstanceIds: ids}); err != nil {
		return err
	}
	if err := c.awaitState(call.Context, call.ID, 10*time.Minute, types.InstanceStateNameStopped); err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	if _, err := c.EC2.StartInstances(call.Context, &ec2.StartInstancesInput{InstanceIds: ids}); err != nil {
		return err
	}
	return c.awaitState(call.Context, call.ID, 10*time.Minute, types.InstanceStateNameRunning)
}
