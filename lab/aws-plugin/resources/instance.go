package resources

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"consulcluster/aws-plugin/schema"
	"consulcluster/aws-plugin/values"
)

var instanceInputs = map[string]schema.Input{
	"ami":                {Kind: schema.Text, Required: true, Replaces: true},
	"instanceType":       {Kind: schema.Text, Required: true},
	"keyName":            {Kind: schema.Text, Replaces: true, Computed: true},
	"iamInstanceProfile": {Kind: schema.Text, Computed: true},
	"userData": {Kind: schema.Text, Computed: true, ReplacesIf: func(state, inputs values.Values) bool {
		return inputs.Flag("userDataReplaceOnChange") && state["userData"] != inputs["userData"]
	}},
	"userDataReplaceOnChange": {Kind: schema.Flag},
	"primaryNetworkInterface": {Kind: schema.Object, Required: true, Replaces: true, Fields: map[string]schema.Input{
		"networkInterfaceId": {Kind: schema.Text, Required: true, Replaces: true},
	}},
	"metadataOptions": {Kind: schema.Object, Computed: true, Fields: map[string]schema.Input{
		"httpEndpoint":            {Kind: schema.Text, Computed: true},
		"httpTokens":              {Kind: schema.Text, Computed: true},
		"httpPutResponseHopLimit": {Kind: schema.Number, Computed: true},
	}},
	"rootBlockDevice": {Kind: schema.Object, Computed: true, Fields: map[string]schema.Input{
		"deleteOnTermination": {Kind: schema.Flag, Default: true},
		"encrypted":           {Kind: schema.Flag, Replaces: true, Computed: true},
		"kmsKeyId":            {Kind: schema.Text, Replaces: true, Computed: true},
		"volumeSize":          {Kind: schema.Number, Computed: true},
		"volumeType":          {Kind: schema.Text, Computed: true},
		"tags":                tagsInput,
	}},
	"disableApiTermination": {Kind: schema.Flag, Computed: true},
	"volumeTags":            tagsInput,
	"tags":                  tagsInput,
}

func (c *Clients) instance() schema.Resource {
	return schema.Resource{
		Inputs: instanceInputs,
		Outputs: []string{
			"arn", "availabilityZone", "instanceState", "primaryNetworkInterfaceId", "privateDns", "privateIp", "publicDns", "publicIp",
			"subnetId", "tagsAll",
		},
		Create: c.createInstance,
		Read:   c.readInstance,
		Update: c.updateInstance,
		Delete: c.deleteInstance,
	}
}

func (c *Clients) createInstance(call *schema.Call) error {
	ctx, is := call.Context, call.Inputs
	rootDevice, err := c.rootDeviceOf(ctx, is.Text("ami"))
	if err != nil {
		return err
	}
	disk, metadata := is.Object("rootBlockDevice"), is.Object("metadataOptions")
	input := &ec2.RunInstancesInput{
		ClientToken:           aws.String(token()),
		MinCount:              aws.Int32(1),
		MaxCount:              aws.Int32(1),
		ImageId:               is.TextOrNil("ami"),
		InstanceType:          types.InstanceType(is.Text("instanceType")),
		KeyName:               is.TextOrNil("keyName"),
		DisableApiTermination: is.FlagOrNil("disableApiTermination"),
		UserData:              aws.String(base64.StdEncoding.EncodeToString([]byte(is.Text("userData")))),
		NetworkInterfaces: []types.InstanceNetworkInterfaceSpecification{{
			DeviceIndex:        aws.Int32(0),
			NetworkInterfaceId: is.Object("primaryNetworkInterface").TextOrNil("networkInterfaceId"),
		}},
		MetadataOptions: &types.InstanceMetadataOptionsRequest{
			HttpEndpoint:            types.InstanceMetadataEndpointState(metadata.Text("httpEndpoint")),
			HttpTokens:              types.HttpTokensState(metadata.Text("httpTokens")),
			HttpPutResponseHopLimit: metadata.NumberOrNil("httpPutResponseHopLimit"),
		},
		BlockDeviceMappings: []types.BlockDeviceMapping{{
			DeviceName: rootDevice,
			Ebs: &types.EbsBlockDevice{
				DeleteOnTermination: disk.FlagOrNil("deleteOnTermination"),
				Encrypted:           disk.FlagOrNil("encrypted"),
				KmsKeyId:            disk.TextOrNil("kmsKeyId"),
				VolumeSize:          disk.NumberOrNil("volumeSize"),
				VolumeType:          types.VolumeType(disk.Text("volumeType")),
			},
		}},
		TagSpecifications: append(
			tagsAtBirth(types.ResourceTypeInstance, is.Map("tags")),
			tagsAtBirth(types.ResourceTypeVolume, is.Map("volumeTags"))...,
		),
	}
	if profile := is.TextOrNil("iamInstanceProfile"); profile != nil {
		input.IamInstanceProfile = &types.IamInstanceProfileSpecification{Name: profile}
	}
	if call.ID, err = c.run(ctx, input); err != nil {
		return fmt.Errorf("creating EC2 Instance: %w", err)
	}
	if err := c.awaitState(ctx, call.ID, 10*time.Minute, types.InstanceStateNameRunning); err != nil {
		return err
	}
	// Behind the call that makes the volume, by a call of their own: who may make tagged things only may not do this.
	tags := disk.Map("tags")
	if len(tags) == 0 {
		return nil
	}
	volume, err := c.rootVolumeOf(ctx, call.ID)
	if err != nil {
		return err
	}
	return c.changeTags(ctx, volume, nil, tags)
}

// run asks again while the profile is too new for EC2 to know it.
func (c *Clients) run(ctx context.Context, input *ec2.RunInstancesInput) (id string, err error) {
	err = await(ctx, "EC2 knows the instance profile", 2*time.Minute, func(ctx context.Context) (bool, error) {
		made, err := c.EC2.RunInstances(ctx, input)
		if hasCode(err, "InvalidParameterValue") && isAbout(err, "iamInstanceProfile", "Invalid IAM Instance Profile", "no associated IAM Roles") {
			return false, nil
		}
		if err == nil {
			id = aws.ToString(made.Instances[0].InstanceId)
		}
		return err == nil, err
	})
	return id, err
}

func (c *Clients) rootDeviceOf(ctx context.Context, image string) (*string, error) {
	found, err := c.EC2.DescribeImages(ctx, &ec2.DescribeImagesInput{ImageIds: []string{image}})
	if err != nil {
		return nil, err
	}
	if len(found.Images) == 0 || found.Images[0].RootDeviceName == nil {
		return nil, fmt.Errorf("the image %s has no root device", image)
	}
	return found.Images[0].RootDeviceName, nil
}

func (c *Clients) rootVolumeOf(ctx context.Context, id string) (string, error) {
	found, err := c.findInstance(ctx, id)
	if err != nil || found == nil {
		return "", err
	}
	for _, each := range found.BlockDeviceMappings {
		if aws.ToString(each.DeviceName) == aws.ToString(found.RootDeviceName) && each.Ebs != nil {
			return aws.ToString(each.Ebs.VolumeId), nil
		}
	}
	return "", fmt.Errorf("the instance %s has no root volume", id)
}

func (c *Clients) deleteInstance(call *schema.Call) error {
	_, err := c.EC2.TerminateInstances(call.Context, &ec2.TerminateInstancesInput{InstanceIds: []string{call.ID}})
	if hasCode(err, "InvalidInstanceID.NotFound") {
		return nil
	}
	if err != nil {
		return fmt.Errorf("terminating EC2 Instance (%s): %w", call.ID, err)
	}
	return c.awaitState(call.Context, call.ID, 20*time.Minute, types.InstanceStateNameTerminated)
}

func (c *Clients) findInstance(ctx context.Context, id string) (*types.Instance, error) {
	found, err := c.EC2.DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	if err != nil || len(found.Reservations) == 0 || len(found.Reservations[0].Instances) == 0 {
		return nil, unlessGone(err, "InvalidInstanceID.NotFound")
	}
	return &found.Reservations[0].Instances[0], nil
}

// awaitState fails at once where the instance ends instead.
func (c *Clients) awaitState(ctx context.Context, id string, limit time.Duration, wanted ...types.InstanceStateName) error {
	what := fmt.Sprintf("instance %s is %s", id, wanted[0])
	return await(ctx, what, limit, func(ctx context.Context) (bool, error) {
		found, err := c.findInstance(ctx, id)
		if err != nil {
			return false, err
		}
		is := types.InstanceStateNameTerminated
		if found != nil {
			is = found.State.Name
		}
		for _, each := range wanted {
			if is == each {
				return true, nil
			}
		}
		if is == types.InstanceStateNameTerminated || is == types.InstanceStateNameShuttingDown && wanted[0] != types.InstanceStateNameTerminated {
			return false, fmt.Errorf("it is %s", is)
		}
		return false, nil
	})
}
