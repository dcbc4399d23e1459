"""The names by which the services know each other; both sides of every call read them here."""

AUTH_SERVICE = "auth-service"
BACKEND = "netra-ai-platform"

#: Who the backend says it is when it asks sign-in something (header X-Service-ID).
SERVICE_ID = "netra-backend"

#: Who issues tokens, and whom they are for (claims iss and aud).
TOKEN_ISSUER = "netra-auth-service"
TOKEN_AUDIENCE = "netra-platform"

#: Whom a service's own token is for; nothing that is for people accepts it.
SERVICE_AUDIENCE = "netra-services"

VERSION = "1.0.0"
