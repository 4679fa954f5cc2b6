{{/* What all pods have in common: who they are, what they may, and what is mounted. */}}

{{- define "kundekort.pod" -}}
{{- $values := .root.Values -}}
automountServiceAccountToken: false
enableServiceLinks: false  # a Service's variables would begin with KUNDEKORT_ as our settings do
securityContext:
  runAsNonRoot: true
  runAsUser: {{ int64 $values.podUser }}
  runAsGroup: {{ int64 $values.podUser }}
  fsGroup: {{ int64 $values.podUser }}
  seccompProfile: {type: RuntimeDefault}
{{- with $values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
volumes:
  - name: secrets
    projected:
      defaultMode: 288  # 0440: the group is fsGroup
      sources:
        {{- include (ternary "kundekort.keys" "kundekort.own" (eq .name "operations")) . | nindent 8 }}
  - name: scratch
    emptyDir: {sizeLimit: {{ .scratch }}}
  {{- if eq .role "backup" }}
  - name: backups
    persistentVolumeClaim: {claimName: {{ $values.operations.backup.claim }}}
  {{- end }}
  {{- if $values.trust.configMap }}
  - name: trust
    configMap:
      name: {{ $values.trust.configMap }}
      items:
        - {key: {{ $values.trust.key | quote }}, path: ca.crt}
  {{- end }}
{{- end -}}

{{/* A program's own secrets, as files of its settings' names. */}}
{{- define "kundekort.own" -}}
- secret:
    name: {{ index .root.Values.programs .name "existingSecret" }}
    items:
      {{- range $setting := include "kundekort.secrets" . | fromYamlArray }}
      - {key: {{ index $.root.Values.secretKeys $setting | quote }}, path: {{ $setting }}}
      {{- end }}
{{- end -}}

{{- define "kundekort.container" -}}
image: {{ include "kundekort.image" . }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
env:
  {{- include (ternary "kundekort.store" "kundekort.env" (eq .name "operations")) . | trim | nindent 2 }}
resources:
  {{- toYaml .resources | nindent 2 }}
volumeMounts:
  - {name: secrets, mountPath: /run/kundekort, readOnly: true}
  - {name: scratch, mountPath: /tmp}
  {{- if eq .role "backup" }}
  - {name: backups, mountPath: /backups}
  {{- end }}
  {{- if .root.Values.trust.configMap }}
  - {name: trust, mountPath: /etc/kundekort/trust, readOnly: true}
  {{- end }}
{{- end -}}

{{/* Ask by the name localhost: the gateway answers to its own names only, and a kubelet would use the pod's address. */}}
{{- define "kundekort.probes" -}}
startupProbe:
  httpGet: {path: /live, port: {{ .port }}, httpHeaders: [{name: Host, value: localhost}]}
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 60
livenessProbe:  # touches nothing but the program itself; a busy one is not a dead one
  httpGet: {path: /live, port: {{ .port }}, httpHeaders: [{name: Host, value: localhost}]}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /ready, port: {{ .port }}, httpHeaders: [{name: Host, value: localhost}]}
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
{{- end -}}

{{/* Two pods of a kind should not fall with one machine or one zone. */}}
{{- define "kundekort.placement" -}}
topologySpreadConstraints:
  {{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "kundekort.selector" $ | nindent 8 }}
  {{- end }}
{{- with .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}
