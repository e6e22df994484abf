// SPDX-License-Identifier: MPL-2.0

package oss

import "github.com/hashicorp/terraform/internal/backend/remote-state/none"

var New = none.New
