package remote

import (
	"net"
	"os"

	"golang.org/x/crypto/ssh"
)

// officialWays is whether to go the official plugin's ways where the stand-in's own are better for a bastion: connections stay open until
// the plugin ends, and a handshake that failed is tried again over the tunnel it failed in.
var officialWays = os.Getenv("CONSUL_CLUSTER_COMMAND_WAYS") == "official"

// done closes the connection of a command that has ended.
func (l *link) done() {
	if !officialWays {
		_ = l.Close() // the command's own end is what matters to the caller
	}
}

// tunnels lead through a bastion to a host.
type tunnels struct {
	bastion *ssh.Client
	address string
	kept    net.Conn
}

func (t *tunnels) dial(config *ssh.ClientConfig) (*ssh.Client, error) {
	tunnel, err := t.open()
	if err != nil {
		return nil, err
	}
	conn, channels, requests, err := ssh.NewClientConn(tunnel, t.address, config)
	if err != nil {
		if !officialWays {
			_ = tunnel.Close() // the error to report is the handshake's
		}
		return nil, err
	}
	return ssh.NewClient(conn, channels, requests), nil
}

func (t *tunnels) open() (net.Conn, error) {
	if t.kept != nil {
		return t.kept, nil
	}
	tunnel, err := t.bastion.Dial("tcp", t.address)
	if err == nil && officialWays {
		t.kept = tunnel
	}
	return tunnel, err
}
