"""The draft of an amendment: what a contract lacks, asked for in texts of ours, as a document to have approved."""
