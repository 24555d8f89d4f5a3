package ingestkeyauth

import "go.opentelemetry.io/collector/client"

var _ client.AuthData = authData{}

// authData is what processors can ask about the sender, e.g. `otelcol.client.auth.attributes["principal"]`.
type authData key

func (a authData) GetAttribute(name string) any {
	switch name {
	case "principal":
		return a.Principal
	case "team":
		return a.Team
	case "workflows":
		return a.Workflows
	case "key_id":
		return a.ID
	}
	return nil
}

func (authData) GetAttributeNames() []string {
	return []string{"principal", "team", "workflows", "key_id"}
}
