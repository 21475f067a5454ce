package main

import (
	"github.com/spf13/cobra"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/client-go/rest"
	basecompatibility "k8s.io/component-base/compatibility"
	logsapi "k8s.io/component-base/logs/api/v1"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	"k8s.io/kubernetes/cmd/kube-apiserver/app/options"
)

// newAPIServerCommand is upstream's kube-apiserver command with one setting that has no flag:
// upstream trusts a token for ten real seconds after it was last checked. In the local cloud ten real
// seconds can be months of simulated time, so that a revoked access entry would go on working;
// here every request asks the webhook (a millisecond on the same machine).
func newAPIServerCommand() *cobra.Command {
	s := options.NewServerRunOptions()
	s.Authentication.TokenSuccessCacheTTL = 0
	ctx := genericapiserver.SetupSignalContext()
	registry := s.GenericServerRunOptions.ComponentGlobalsRegistry

	command := &cobra.Command{
		Use:          "kube-apiserver",
		SilenceUsage: true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			rest.SetDefaultWarningHandler(rest.NoWarnings{})
			return registry.Set()
		},
		RunE: func(*cobra.Command, []string) error {
			if err := logsapi.ValidateAndApply(s.Logs, registry.FeatureGateFor(basecompatibility.DefaultKubeComponent)); err != nil {
				return err
			}
			completed, err := s.Complete(ctx)
			if err != nil {
				return err
			}
			if problems := completed.Validate(); len(problems) != 0 {
				return utilerrors.NewAggregate(problems)
			}
			return apiserver.Run(ctx, completed)
		},
	}
	command.SetContext(ctx)
	for _, set := range s.Flags().FlagSets {
		command.Flags().AddFlagSet(set)
	}
	return command
}
