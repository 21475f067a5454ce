// Command tenantry-vcluster is vcluster's own program with its plugin server left out: upstream always serves plugins on
// localhost:10099, without authentication, so two could not run on one machine and anybody on it could ask for a kubeconfig.
package main

import (
	"io"
	"os"

	"github.com/loft-sh/vcluster/cmd/vcluster/cmd"
	"github.com/loft-sh/vcluster/pkg/plugin"
)

func main() {
	if os.Getenv("TENANTRY_EXIT_WITH_STDIN") == "1" {
		exitWithStdin()
	}
	// Upstream starts the plugin server in every program that is no plugin itself; nothing else reads this.
	plugin.IsPlugin = true
	cmd.RunRoot()
}

// exitWithStdin ends the process as soon as its standard input is closed: the starting process holds the other end and
// never writes, so the kernel closes it however that process ends. The state is in etcd and loses nothing.
func exitWithStdin() {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
}
