{{/* What whoever compares, backs up and restores is told: the keys to all databases, and the store. */}}

{{/* As files that are called what `python -m operations --secrets` looks for. */}}
{{- define "kundekort.keys" -}}
{{- $values := .root.Values -}}
{{- range $name, $program := $values.programs }}
- secret:
    name: {{ $program.existingSecret }}
    items:
      {{- range $setting := list "database_url" "reader_url" "cursor_key" }}
      - {key: {{ index $values.secretKeys $setting | quote }}, path: {{ $name }}-{{ $setting | replace "_" "-" }}}
      {{- end }}
      {{- if eq $name "gateway" }}
      {{- range $setting := list "token_public_key" "token_private_key" }}
      - {key: {{ index $values.secretKeys $setting | quote }}, path: {{ $setting | replace "_" "-" }}}
      {{- end }}
      {{- end }}
      {{- if and (eq $name "files") (eq $values.store.credentials "secret") }}
      {{- range $setting := list "blobs_key" "blobs_secret" }}
      - {key: {{ index $values.secretKeys $setting | quote }}, path: {{ $setting | replace "_" "-" }}}
      {{- end }}
      {{- end }}
{{- end }}
{{- end -}}

{{- define "kundekort.store" -}}
{{- if eq .root.Values.store.credentials "secret" }}
{{- range $setting := list "blobs_key" "blobs_secret" }}
- name: KUNDEKORT_{{ upper $setting }}_FILE
  value: /run/kundekort/{{ $setting | replace "_" "-" }}
{{- end }}
{{- end }}
{{- range $setting, $value := include "kundekort.settings" (dict "root" .root "name" "files") | fromYaml }}
{{- if hasPrefix "blobs_" $setting }}
- name: KUNDEKORT_{{ upper $setting }}
  value: {{ include "kundekort.text" $value }}
{{- end }}
{{- end }}
{{- include "kundekort.trust" . }}
{{- end -}}
