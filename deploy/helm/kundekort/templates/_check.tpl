{{/* Name all that is missing or cannot work at once, as the programs do with their settings. */}}
{{- define "kundekort.check" -}}
{{- $values := .Values -}}
{{- $wrong := list -}}
{{- range $name, $value := dict "address" $values.address "image.repository" $values.image.repository "store.url" $values.store.url -}}
{{- if not $value }}{{ $wrong = append $wrong (printf "set %s" $name) }}{{ end -}}
{{- end -}}
{{- if $values.networkPolicy.enabled -}}
{{- range $name := list "postgresql" "rabbitmq" "store" -}}
{{- if not (index $values $name "peers") }}{{ $wrong = append $wrong (printf "set %s.peers" $name) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- if and $values.operations.backup.enabled (not $values.operations.backup.claim) -}}
{{- $wrong = append $wrong "set operations.backup.claim" -}}
{{- end -}}
{{- range $name, $program := $values.programs -}}
{{- if not $program.existingSecret }}{{ $wrong = append $wrong (printf "set programs.%s.existingSecret" $name) }}{{ end -}}
{{- with (include "kundekort.role" (dict "root" $ "name" $name "role" "web") | fromYaml).autoscaling -}}
{{- if and .enabled (lt (int .maxReplicas) (int .minReplicas)) -}}
{{- $wrong = append $wrong (printf "programs.%s: maxReplicas %d is below minReplicas %d" $name (int .maxReplicas) (int .minReplicas)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $wrong }}{{ fail (printf "\n  %s" (join "\n  " $wrong)) }}{{ end -}}
{{- end -}}
