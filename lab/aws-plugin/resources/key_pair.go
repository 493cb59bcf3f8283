package resources

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"consulcluster/aws-plugin/schema"
	"consulcluster/aws-plugin/values"
)

func (c *Clients) keyPair() schema.Resource {
	find := func(call *schema.Call) (*types.KeyPairInfo, error) {
		found, err := c.EC2.DescribeKeyPairs(call.Context, &ec2.DescribeKeyPairsInput{
			KeyNames: []string{call.ID}, IncludePublicKey: aws.Bool(true),
		})
		if err != nil || len(found.KeyPairs) == 0 {
			return nil, unlessGone(err, "InvalidKeyPair.NotFound")
		}
		return &found.KeyPairs[0], nil
	}
	return schema.Resource{
		Inputs: map[string]schema.Input{
			"keyName":   {Kind: schema.Text, Replaces: true, Computed: true, Named: 255},
			"publicKey": {Kind: schema.Text, Replaces: true, Required: true},
			"tags":      tagsInput,
		},
		Outputs: []string{"arn", "fingerprint", "keyPairId", "keyType", "tagsAll"},
		Create: func(call *schema.Call) error {
			made, err := c.EC2.ImportKeyPair(call.Context, &ec2.ImportKeyPairInput{
				KeyName:           call.Inputs.TextOrNil("keyName"),
				PublicKeyMaterial: []byte(call.Inputs.Text("publicKey")),
				TagSpecifications: tagsAtBirth(types.ResourceTypeKeyPair, call.Inputs.Map("tags")),
			})
			if err == nil {
				call.ID = aws.ToString(made.KeyName)
			}
			return err
		},
		Read: func(call *schema.Call) (values.Values, error) {
			pair, err := find(call)
			if pair == nil {
				return nil, err
			}
			// AWS gives the key back in another form: what was given stays.
			state := values.Values{
				"publicKey": call.State.With(call.Inputs).Text("publicKey"),
				"arn":       c.arn("key-pair/" + call.ID),
				"keyType":   string(pair.KeyType),
			}
			state.Set("keyName", pair.KeyName)
			state.Set("keyPairId", pair.KeyPairId)
			state.Set("fingerprint", pair.KeyFingerprint)
			readTags(state, pair.Tags)
			return state, nil
		},
		Update: func(call *schema.Call) error {
			if !call.Changed["tags"] {
				return nil
			}
			was, is := call.State.Map("tags"), call.Inputs.Map("tags")
			return c.changeTags(call.Context, call.State.Text("keyPairId"), was, is)
		},
		Delete: func(call *schema.Call) error {
			_, err := c.EC2.DeleteKeyPair(call.Context, &ec2.DeleteKeyPairInput{KeyName: &call.ID})
			return err
		},
	}
}
