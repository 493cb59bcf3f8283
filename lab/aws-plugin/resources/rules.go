package resources

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"consulcluster/aws-plugin/values"
)

// grant is one peer of one rule: AWS keeps rules of the same ports together, whoever wrote them.
type grant struct {
	protocol    string
	from, to    int32
	kind        string
	peer        string
	description string
}

// The kinds of peers, by the names of the inputs.
const (
	ipv4   = "cidrBlocks"
	ipv6   = "ipv6CidrBlocks"
	groups = "securityGroups"
	self   = "self"
)

// grantsOf are those of rules as inputs have them.
func grantsOf(rules any) []grant {
	var grants []grant
	for _, rule := range (values.Values{"": rules}).Objects("") {
		one := grant{protocol: rule.Text("protocol"), description: rule.Text("description")}
		one.from, one.to = aws.ToInt32(rule.NumberOrNil("fromPort")), aws.ToInt32(rule.NumberOrNil("toPort"))
		for _, kind := range []string{ipv4, ipv6, groups} {
			for _, peer := range rule.Texts(kind) {
				one.kind, one.peer = kind, peer
				grants = append(grants, one)
			}
		}
		if rule.Flag(self) {
			one.kind, one.peer = self, ""
			grants = append(grants, one)
		}
	}
	return grants
}

// permitted are those of a group as AWS has them.
func permitted(group string, permissions []types.IpPermission) []grant {
	var grants []grant
	for _, each := range permissions {
		one := grant{protocol: aws.ToString(each.IpProtocol), from: aws.ToInt32(each.FromPort), to: aws.ToInt32(each.ToPort)}
		add := func(kind string, peer, description *string) {
			one.kind, one.peer, one.description = kind, aws.ToString(peer), aws.ToString(description)
			grants = append(grants, one)
		}
		for _, peer := range each.IpRanges {
			add(ipv4, peer.CidrIp, peer.Description)
		}
		for _, peer := range each.Ipv6Ranges {
			add(ipv6, peer.CidrIpv6, peer.Description)
		}
		for _, peer := range each.UserIdGroupPairs {
			if aws.ToString(peer.GroupId) == group {
				add(self, nil, peer.Description)
			} else {
				add(groups, peer.GroupId, peer.Description)
			}
		}
	}
	return grants
}

// permissions are grants as AWS takes them.
func permissions(group string, grants []grant) []types.IpPermission {
	var list []types.IpPermission
	for _, each := range grants {
		description, peer := &each.description, &each.peer
		if each.description == "" {
			description = nil
		}
		one := types.IpPermission{IpProtocol: &each.protocol, FromPort: &each.from, ToPort: &each.to}
		switch each.kind {
		case ipv4:
			one.IpRanges = []types.IpRange{{CidrIp: peer, Description: description}}
		case ipv6:
			one.Ipv6Ranges = []types.Ipv6Range{{CidrIpv6: peer, Description: description}}
		case self:
			one.UserIdGroupPairs = []types.UserIdGroupPair{{GroupId: &group, Description: description}}
		case groups:
			one.UserIdGroupPairs = []types.UserIdGroupPair{{GroupId: peer, Description: description}}
		}
		list = append(list, one)
	}
	return list
}

func without(grants, others []grant) []grant {
	return slices.DeleteFunc(slices.Clone(grants), func(each grant) bool { return slices.Contains(others, each) })
}

func sameRules(one, other any) bool {
	a, b := grantsOf(one), grantsOf(other)
	return len(without(a, b)) == 0 && len(without(b, a)) == 0
}

// asKnown says what is permitted in the rules that are known, and each other grant in one of its own.
func asKnown(known any, found []grant) any {
	rules, left := []any{}, found
	for _, rule := range (values.Values{"": known}).Objects("") {
		own := grantsOf([]any{rule})
		if len(without(own, found)) == 0 {
			rules = append(rules, rule)
			left = without(left, own)
		}
	}
	for _, each := range left {
		rule := values.Values{
			"protocol": each.protocol, "fromPort": float64(each.from), "toPort": float64(each.to), "description": each.description,
		}
		if each.kind == self {
			rule[self] = true
		} else {
			rule[each.kind] = []any{each.peer}
		}
		rules = append(rules, rule)
	}
	return rules
}
