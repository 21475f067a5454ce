package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/component-base/cli"
	logsapi "k8s.io/component-base/logs/api/v1"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

// runControlPlane runs kube-apiserver and, once that is ready, kube-controller-manager in the same
// process: one runtime and one set of decoded types instead of two. It returns when the apiserver
// has shut down; a controller manager that fails ends the process with its exit code.
func runControlPlane(arguments []string) int {
	apiserverFlags, controllerManagerFlags, err := splitArguments(arguments)
	if err != nil {
		fmt.Fprintln(os.Stderr, "tenantry-kube:", err)
		return 2
	}
	// Both commands configure logging; the second time is an error unless it changes nothing.
	logsapi.ReapplyHandling = logsapi.ReapplyHandlingIgnoreUnchanged

	server := newAPIServerCommand()
	server.SetArgs(apiserverFlags)
	manager := controllermanager.NewControllerManagerCommand()
	manager.SetArgs(controllerManagerFlags)

	go exitSoonAfter(server.Context())
	go runManagerWhenReady(manager, flagValue(apiserverFlags, "--secure-port"))
	return cli.Run(server)
}

// Asked to end, the apiserver waits a minute for open watches, and those of the controller manager
// in this process never end. A second is enough for requests in flight.
func exitSoonAfter(ctx context.Context) {
	<-ctx.Done()
	time.Sleep(time.Second)
	os.Exit(0)
}

// The controller manager gives an apiserver ten seconds from its own start and competes with it for
// the processor, so it does not start before there is something to talk to.
func runManagerWhenReady(manager *cobra.Command, port string) {
	// Only asks whether this same process answers; nothing is sent and nothing in the answer is used.
	client := &http.Client{
		Timeout:   5 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true},
	}
	for !answers(client, "https://127.0.0.1:"+port+"/readyz") {
		time.Sleep(50 * time.Millisecond)
	}
	if code := cli.Run(manager); code != 0 {
		os.Exit(code)
	}
}

func answers(client *http.Client, url string) bool {
	response, err := client.Get(url)
	if err != nil {
		return false
	}
	defer func() { _ = response.Body.Close() }()
	return response.StatusCode == http.StatusOK
}

func flagValue(flags []string, name string) string {
	for _, flag := range flags {
		if value, found := strings.CutPrefix(flag, name+"="); found {
			return value
		}
	}
	return ""
}
