"""What staff may do, one file for each verb: proposed, seen by a second person, carried out."""
