{{/* What a program is told: plain settings in the environment, secrets in files that the environment names. */}}

{{/* The settings that a pod reads from its program's Secret, as a YAML list. */}}
{{- define "kundekort.secrets" -}}
- database_url
- token_public_key
- cursor_key
{{- if eq .role "worker" }}
- broker_url
{{- end }}
{{- if eq .name "gateway" }}
- token_private_key
- metrics_token
{{- end }}
{{- if and (eq .name "files") (eq .root.Values.store.credentials "secret") }}
- blobs_key
- blobs_secret
{{- end }}
{{- end -}}

{{- define "kundekort.env" -}}
{{- if eq .name "gateway" }}
- name: POD_IP
  valueFrom: {fieldRef: {fieldPath: status.podIP}}
{{- end }}
{{- range $setting := include "kundekort.secrets" . | fromYamlArray }}
- name: KUNDEKORT_{{ upper $setting }}_FILE
  value: /run/kundekort/{{ $setting }}
{{- end }}
{{- range $setting, $value := include "kundekort.settings" . | fromYaml }}
- name: KUNDEKORT_{{ upper $setting }}
  value: {{ include "kundekort.text" $value }}
{{- end }}
{{- include "kundekort.trust" . }}
{{- end -}}

{{- define "kundekort.trust" -}}
{{- if .root.Values.trust.configMap }}
- name: SSL_CERT_FILE
  value: /etc/kundekort/trust/ca.crt
- name: PGSSLROOTCERT
  value: /etc/kundekort/trust/ca.crt
{{- end }}
{{- end -}}

{{/* The plain settings of a program as a YAML map: what the chart knows, for all, of its own. */}}
{{- define "kundekort.settings" -}}
{{- $values := .root.Values -}}
{{- $known := dict -}}
{{- if eq .name "gateway" -}}
{{- $known = dict "base_url" $values.address -}}
{{- range $name, $_ := $values.programs -}}
{{- if ne $name "gateway" -}}
{{- $url := printf "http://%s:8000" (include "kundekort.name" (dict "root" $.root "name" $name)) -}}
{{- $_ := set $known (printf "%s_url" $name) $url -}}
{{- end -}}
{{- end -}}
{{- else if eq .name "files" -}}
{{- $known = dict "blobs_url" $values.store.url -}}
{{- with $values.store.endpoint }}{{ $_ := set $known "blobs_endpoint" . }}{{ end -}}
{{- with $values.store.region }}{{ $_ := set $known "blobs_region" . }}{{ end -}}
{{- end -}}
{{- range $settings := list $values.settings (index $values.programs .name "settings") -}}
{{- range $setting, $value := $settings }}{{ $_ := set $known $setting $value }}{{ end -}}
{{- end -}}
{{- if eq .name "gateway" -}}{{/* Prometheus asks for a pod by its address */}}
{{- $_ := set $known "trusted_hosts" (printf "$(POD_IP),%s" (default "" $known.trusted_hosts) | trimSuffix ",") -}}
{{- end -}}
{{- toYaml $known -}}
{{- end -}}

{{/* A value as a string; a number from a values file is a float, which would be written 1.048576e+08. */}}
{{- define "kundekort.text" -}}
{{- if kindIs "float64" . -}}{{ int64 . | toString | quote }}{{- else -}}{{ toString . | quote }}{{- end -}}
{{- end -}}
