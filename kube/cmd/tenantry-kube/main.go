// Command tenantry-kube is etcd and the Kubernetes control plane in one binary, chosen by the first
// argument. One link of the shared packages is a third of the size of four separate binaries, and
// the operating system shares its pages between all processes of all clusters.
package main

import (
	"fmt"
	"os"
	"strings"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/component-base/version"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

const usage = `usage: tenantry-kube COMMAND [FLAGS]

Commands:
  etcd                     etcd, with its own flags
  kube-apiserver           as upstream
  kube-controller-manager  as upstream
  kube-scheduler           as upstream
  control-plane            kube-apiserver and kube-controller-manager in one process:
                           control-plane APISERVER-FLAGS -- CONTROLLER-MANAGER-FLAGS
  version                  the Kubernetes version

With TENANTRY_EXIT_WITH_STDIN=1 the process ends when its standard input does.
`

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	name, arguments := os.Args[1], os.Args[2:]
	// The components name themselves after os.Args[0] and parse what follows it.
	os.Args = append([]string{name}, arguments...)

	if os.Getenv("TENANTRY_EXIT_WITH_STDIN") == "1" {
		exitWithStdin()
	}
	switch name {
	case "etcd":
		etcdmain.Main(os.Args)
	case "kube-apiserver":
		os.Exit(cli.Run(apiserver.NewAPIServerCommand()))
	case "kube-controller-manager":
		os.Exit(cli.Run(controllermanager.NewControllerManagerCommand()))
	case "kube-scheduler":
		os.Exit(cli.Run(scheduler.NewSchedulerCommand()))
	case "control-plane":
		os.Exit(runControlPlane(arguments))
	case "version":
		fmt.Println(version.Get().GitVersion)
	default:
		fmt.Fprintf(os.Stderr, "tenantry-kube: unknown command %q\n\n%s", name, usage)
		os.Exit(2)
	}
}

// splitArguments cuts at the first "--".
func splitArguments(arguments []string) (before, after []string, err error) {
	for i, argument := range arguments {
		if argument == "--" {
			return arguments[:i], arguments[i+1:], nil
		}
	}
	return nil, nil, fmt.Errorf("no \"--\" between the flags of the two components in %q", strings.Join(arguments, " "))
}
