# SPDX-License-Identifier: MPL-2.0
"""`drop_app_service`."""
