// SPDX-License-Identifier: MPL-2.0

// Package none stands in for the backends that Terraform keeps in modules of their own, which it does not publish.
package none

import "github.com/hashicorp/terraform/internal/backend"

// New is asked for by a configuration that names one of them.
func New() backend.Backend {
	panic("this build of Terraform keeps state in files only")
}
