// Command render-chart renders the chart in a folder with helm's own engine and prints the manifests, as "helm template" does:
//
//	render-chart CHART-FOLDER RELEASE NAMESPACE KUBERNETES-VERSION < values.yaml
package main

import (
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
)

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: render-chart CHART-FOLDER RELEASE NAMESPACE KUBERNETES-VERSION < values.yaml")
		os.Exit(2)
	}
	if err := render(os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		fmt.Fprintln(os.Stderr, "render-chart:", err)
		os.Exit(1)
	}
}

func render(folder, release, namespace, kubernetesVersion string) error {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	given, err := chartutil.ReadValues(text)
	if err != nil {
		return err
	}
	loaded, err := loader.Load(folder)
	if err != nil {
		return err
	}
	version, err := chartutil.ParseKubeVersion(kubernetesVersion)
	if err != nil {
		return err
	}
	capabilities := chartutil.DefaultCapabilities.Copy()
	capabilities.KubeVersion = *version
	options := chartutil.ReleaseOptions{Name: release, Namespace: namespace, Revision: 1, IsInstall: true}
	values, err := chartutil.ToRenderValues(loaded, given, options, capabilities)
	if err != nil {
		return err
	}
	files, err := engine.Render(loaded, values)
	if err != nil {
		return err
	}
	print(files)
	return nil
}

// In the order of their names, so that the same input gives the same text.
func print(files map[string]string) {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if path.Ext(name) == ".yaml" && strings.TrimSpace(files[name]) != "" {
			fmt.Printf("---\n# Source: %s\n%s\n", name, files[name])
		}
	}
}
