"""The web client: pages rendered here, forms that speak to the services as any other client does."""
