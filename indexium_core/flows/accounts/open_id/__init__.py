"""The sign-in with an account of another program: OpenID Connect, authorization code flow with PKCE."""
