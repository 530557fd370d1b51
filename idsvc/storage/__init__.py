"""The database: records declared column by column, and named queries; nothing else imports SQLAlchemy."""
