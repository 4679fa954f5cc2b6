{{/* Names, labels and images. Every template below is given a dict: root, name (of a program), role (web, worker, migrate); the name operations, with the role backup or reconcile, stands for all programs. */}}

{{- define "kundekort.fullname" -}}
{{- $release := .Release.Name -}}
{{- if contains "kundekort" $release -}}{{ $release | trunc 40 | trimSuffix "-" }}
{{- else -}}{{ printf "%s-kundekort" $release | trunc 40 | trimSuffix "-" }}
{{- end -}}
{{- end -}}

{{- define "kundekort.name" -}}
{{ include "kundekort.fullname" .root }}-{{ .name }}{{ with .role }}-{{ . }}{{ end }}
{{- end -}}

{{/* What a selector selects by never changes between releases of the chart. */}}
{{- define "kundekort.selector" -}}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/part-of: kundekort
{{- with .name }}
app.kubernetes.io/name: {{ . }}
{{- end }}
{{- with .role }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{- define "kundekort.labels" -}}
{{ include "kundekort.selector" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end -}}

{{/* The values of a role: what holds for all, and what the program overrides; as YAML, to be read with fromYaml. */}}
{{- define "kundekort.role" -}}
{{- $all := deepCopy (index .root.Values .role) -}}
{{- $own := index .root.Values.programs .name .role | default dict -}}
{{- toYaml (mergeOverwrite $all (deepCopy $own)) -}}
{{- end -}}

{{- define "kundekort.image" -}}
{{- $image := .root.Values.image -}}
{{- $tag := coalesce .tag $image.tag .root.Chart.AppVersion -}}
{{ printf "%s/%s:%s" $image.repository .name $tag | quote }}
{{- end -}}
