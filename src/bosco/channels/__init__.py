"""The ways out: chat, mail, SMS, webhooks."""
